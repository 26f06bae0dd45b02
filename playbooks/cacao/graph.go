package cacao

import "strconv"

// checkGraph judges the workflow as a graph. The official schemas accept broken
// ones. Together with checkFollowers it makes sure that every branch reaches an
// end: every step leads on, to a step that exists, and never back.
func checkGraph(p *Playbook, f *findings) {
	g := &graph{playbook: p, findings: f, colour: map[string]int{}, region: map[string]string{}}
	starts, actions := 0, 0
	for _, s := range p.Steps {
		switch s.Type {
		case Start:
			starts++
		case Action, PlaybookAction:
			actions++
		}
		g.references(s)
	}
	if actions == 0 && len(p.Steps) > 0 {
		f.warnf("/workflow", "no-action", "add at least one action step")
	}
	if starts > 1 {
		f.errorf("/workflow", "many-starts", "keep one start step")
	}
	start := p.byID[p.WorkflowStart]
	switch {
	case p.WorkflowStart == "":
		f.blockf("/workflow_start", "missing", "name the start step")
		return
	case start == nil:
		g.dangling("/workflow_start", p.WorkflowStart)
		return
	case start.Type != Start:
		f.blockf("/workflow_start", "start-type", "name a step of type start")
	}
	g.walk(start.ID)
	g.spread(start.ID, start.ID)
	g.exception()
	for _, s := range p.Steps {
		if g.colour[s.ID] == 0 {
			f.warnf(Child("/workflow", s.ID), "unreachable", "lead a step here or remove this one")
		}
	}
}

// A graph carries the marks of the checks over one workflow.
type graph struct {
	playbook *Playbook
	findings *findings
	colour   map[string]int    // 0 unseen, 1 on the path, 2 finished
	region   map[string]string // step to the first step of the branch it stands in
}

// An edge is one reference from a step to another.
type edge struct {
	path string
	to   string
}

func edges(s *Step) []edge {
	path := Child("/workflow", s.ID)
	var list []edge
	add := func(at, to string) {
		if to != "" {
			list = append(list, edge{at, to})
		}
	}
	add(Child(path, "on_completion"), s.OnCompletion)
	add(Child(path, "on_success"), s.OnSuccess)
	add(Child(path, "on_failure"), s.OnFailure)
	add(Child(path, "on_true"), s.OnTrue)
	add(Child(path, "on_false"), s.OnFalse)
	for i, to := range s.NextSteps {
		add(Child(Child(path, "next_steps"), strconv.Itoa(i)), to)
	}
	for _, c := range s.Cases {
		add(Child(Child(path, "cases"), c.Value), c.Step)
	}
	return list
}

func (g *graph) references(s *Step) {
	for _, e := range edges(s) {
		switch to := g.playbook.byID[e.to]; {
		case to == nil:
			g.dangling(e.path, e.to)
		case to.Type == Start:
			g.findings.errorf(e.path, "leads-to-start", "lead to the step after the start step")
		}
	}
}

func (g *graph) dangling(path, id string) {
	g.findings.blockf(path, "dangling-step", "there is no step %q in the workflow", shorten(id))
}

// walk looks for a step that leads back to itself, over any kind of reference: a
// while repeats its branch by itself, so nothing else may. It keeps its own
// stack, because a workflow may be ten thousand steps long.
func (g *graph) walk(from string) {
	type visit struct {
		id   string
		rest []edge
	}
	g.colour[from] = 1
	stack := []visit{{from, edges(g.playbook.byID[from])}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if len(top.rest) == 0 {
			g.colour[top.id] = 2
			stack = stack[:len(stack)-1]
			continue
		}
		e := top.rest[0]
		top.rest = top.rest[1:]
		next := g.playbook.byID[e.to]
		switch {
		case next == nil:
		case g.colour[e.to] == 1:
			g.findings.blockf(e.path, "cycle", "this leads back to an earlier step; repeat with a while-condition step")
		case g.colour[e.to] == 0:
			g.colour[e.to] = 1
			stack = append(stack, visit{e.to, edges(next)})
		}
	}
}

// spread gives every step of a branch to that branch, and the branches it opens
// to themselves. A step that two branches share has no frame to return to.
func (g *graph) spread(head, region string) {
	type task struct{ id, region, via string }
	tasks := []task{{head, region, "/workflow_start"}}
	for len(tasks) > 0 {
		t := tasks[len(tasks)-1]
		tasks = tasks[:len(tasks)-1]
		step := g.playbook.byID[t.id]
		if step == nil {
			continue
		}
		if owner, taken := g.region[t.id]; taken {
			if owner != t.region {
				g.findings.errorf(t.via, "shared-step", "give this branch its own end step: another branch uses this one too")
			}
			continue
		}
		g.region[t.id] = t.region
		next := len(step.Next())
		for i, e := range edges(step) {
			if i < next {
				tasks = append(tasks, task{e.to, t.region, e.path})
			} else {
				tasks = append(tasks, task{e.to, step.ID + "\x00" + e.path, e.path})
			}
		}
	}
}

// exception marks what the exception handler reaches. It may share steps with
// the workflow, because it replaces the rest of it.
func (g *graph) exception() {
	id := g.playbook.WorkflowException
	switch {
	case id == "":
	case g.playbook.byID[id] == nil:
		g.dangling("/workflow_exception", id)
	case g.colour[id] == 0:
		g.walk(id)
	}
}
