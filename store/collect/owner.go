package collect

import (
	"os/user"
	"strconv"
	"sync"
)

// owners remembers names of users and groups.
type owners struct {
	mu     sync.Mutex
	users  map[uint32]string
	groups map[uint32]string
}

func newOwners() *owners {
	return &owners{users: map[uint32]string{}, groups: map[uint32]string{}}
}

// names returns what this machine calls both, or nothing.
func (o *owners) names(uid, gid uint32) (owner, group string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	owner, ok := o.users[uid]
	if !ok {
		if u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10)); err == nil {
			owner = u.Username
		}
		o.users[uid] = owner
	}
	group, ok = o.groups[gid]
	if !ok {
		if g, err := user.LookupGroupId(strconv.FormatUint(uint64(gid), 10)); err == nil {
			group = g.Name
		}
		o.groups[gid] = group
	}
	return owner, group
}
