package vault

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"sync"

	"filippo.io/age"
)

const (
	// buffersPerStage is how far a stage may run ahead of the next one.
	buffersPerStage = 6
	// writebackEvery is how many bytes are written before the system is asked
	// to start moving them to the disk.
	writebackEvery = 16 << 20
)

// block is a piece of a segment on its way through the stages.
type block struct {
	name string
	data []byte
	last bool // the segment ends after data
	// plain is the plaintext size of the segment, known with its last block.
	plain int64
}

// written is a segment whose bytes are handed to the system but not synced.
type written struct {
	file    *os.File
	segment Segment
}

// stages carries plaintext to finished segments in the batch's folder.
type stages struct {
	folder     string
	disk       disk
	recipients []age.Recipient
	newDigest  func() hash.Hash
	finished   func(Segment) error

	plain, cipher       chan block
	plainBuf, ageBuf    chan []byte
	files               chan written
	running             sync.WaitGroup
	stop                chan struct{}
	stopOnce, inputOnce sync.Once
	err                 error // set before stop is closed
}

func startStages(s *stages) {
	s.plain, s.cipher = make(chan block, buffersPerStage), make(chan block, buffersPerStage)
	s.plainBuf, s.ageBuf = newBuffers(), newBuffers()
	s.files, s.stop = make(chan written, 2), make(chan struct{})
	if s.newDigest == nil {
		s.newDigest = sha256.New
	}
	s.running.Go(func() { defer close(s.cipher); s.end(s.encrypt()) })
	s.running.Go(func() { defer close(s.files); s.end(s.write()) })
	s.running.Go(func() {
		s.end(s.finish())
		for w := range s.files { // only after an error
			_ = s.disk.close(w.file)
		}
	})
}

func newBuffers() chan []byte {
	c := make(chan []byte, buffersPerStage)
	for range buffersPerStage {
		c <- nil // allocated when first needed: most batches are small
	}
	return c
}

// end stops all stages at the first error.
func (s *stages) end(err error) {
	if err != nil {
		s.stopOnce.Do(func() { s.err = err; close(s.stop) })
	}
}

// buffer waits for a free buffer.
func (s *stages) buffer(free chan []byte) ([]byte, error) {
	select {
	case b := <-free:
		if b == nil {
			b = make([]byte, 0, bufferSize)
		}
		return b[:0], nil
	case <-s.stop:
		return nil, s.err
	}
}

// send hands a block to the next stage.
func (s *stages) send(to chan block, b block) error {
	select {
	case to <- b:
		return nil
	case <-s.stop:
		return s.err
	}
}

func (s *stages) encrypt() error {
	var (
		w   io.WriteCloser
		out *ageOutput
		err error
	)
	for b := range s.plain {
		if w == nil {
			out = &ageOutput{stages: s, name: b.name}
			if w, err = age.Encrypt(out, s.recipients...); err != nil {
				return fmt.Errorf("encrypt segment %s: %w", b.name, err)
			}
		}
		if _, err = w.Write(b.data); err != nil {
			return fmt.Errorf("encrypt segment %s: %w", b.name, err)
		}
		if cap(b.data) == bufferSize {
			s.plainBuf <- b.data // never blocks: it came from there
		}
		if !b.last {
			continue
		}
		if err = w.Close(); err == nil {
			err = out.end(b.plain)
		}
		if err != nil {
			return fmt.Errorf("encrypt segment %s: %w", b.name, err)
		}
		w = nil
	}
	return nil
}

// ageOutput gathers what age writes in 64 KiB pieces into whole buffers.
type ageOutput struct {
	stages *stages
	name   string
	buf    []byte
}

// Write implements io.Writer.
func (o *ageOutput) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		if o.buf == nil {
			var err error
			if o.buf, err = o.stages.buffer(o.stages.ageBuf); err != nil {
				return 0, err
			}
		}
		n := copy(o.buf[len(o.buf):cap(o.buf)], p)
		o.buf, p = o.buf[:len(o.buf)+n], p[n:]
		if len(o.buf) < cap(o.buf) {
			continue
		}
		if err := o.stages.send(o.stages.cipher, block{name: o.name, data: o.buf}); err != nil {
			return 0, err
		}
		o.buf = nil
	}
	return total, nil
}

func (o *ageOutput) end(plain int64) error {
	b := block{name: o.name, data: o.buf, last: true, plain: plain}
	o.buf = nil
	return o.stages.send(o.stages.cipher, b)
}

func (s *stages) write() error {
	var out *segmentFile
	defer func() {
		if out != nil { // an error came first
			_ = s.disk.close(out.file)
		}
	}()
	for b := range s.cipher {
		if out == nil {
			f, err := s.disk.create(s.partPath(b.name))
			if err != nil {
				return fmt.Errorf("create segment %s: %w", b.name, err)
			}
			out = &segmentFile{file: f, digest: s.newDigest()}
		}
		if err := out.write(s.disk, b.data); err != nil {
			return fmt.Errorf("write segment %s: %w", b.name, err)
		}
		if cap(b.data) == bufferSize {
			s.ageBuf <- b.data
		}
		if !b.last {
			continue
		}
		done := written{file: out.file, segment: Segment{Name: b.name, PlainSize: b.plain, CipherSize: out.size}}
		out.digest.Sum(done.segment.CipherSHA256[:0])
		select {
		case s.files <- done:
			out = nil
		case <-s.stop:
			return s.err
		}
	}
	return nil
}

// segmentFile is the age file that is being written.
type segmentFile struct {
	file   *os.File
	digest hash.Hash
	size   int64
	behind int64 // bytes whose writeback was not asked for yet
}

func (o *segmentFile) write(d disk, p []byte) error {
	if err := d.write(o.file, p); err != nil {
		return err
	}
	o.size += int64(len(p))
	if o.behind += int64(len(p)); o.behind >= writebackEvery {
		startWriteback(o.file, o.size-o.behind, o.behind)
		o.behind = 0
	}
	_, err := o.digest.Write(p)
	return err
}

func (s *stages) finish() error {
	for w := range s.files {
		err := s.disk.sync(w.file)
		if cerr := s.disk.close(w.file); err == nil {
			err = cerr
		}
		if err != nil {
			return fmt.Errorf("sync segment %s: %w", w.segment.Name, err)
		}
		path := s.partPath(w.segment.Name)
		if err := s.disk.rename(path, filepath.Join(s.folder, w.segment.Name+ageSuffix)); err != nil {
			return fmt.Errorf("finish segment %s: %w", w.segment.Name, err)
		}
		if err := s.finished(w.segment); err != nil {
			return err
		}
	}
	return nil
}

func (s *stages) partPath(name string) string {
	return filepath.Join(s.folder, name+ageSuffix+partial)
}

// wait ends the input and waits until everything is on the disk.
func (s *stages) wait() error {
	s.inputOnce.Do(func() { close(s.plain) })
	s.running.Wait()
	return s.failure()
}

// failure returns the error that stopped the stages, if one did.
func (s *stages) failure() error {
	select {
	case <-s.stop:
		return s.err
	default:
		return nil
	}
}
