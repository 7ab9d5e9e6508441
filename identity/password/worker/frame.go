package worker

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// What goes over the pipe are frames: four bytes of length, the body, and four
// bytes of CRC-32C over it. The first byte of a body says what it is.
//
//	hello   'h' version                                   both ways, first
//	set-up  's' slots(2) memory(8)                        to the child, once
//	job     'j' number(8) memory(4) passes(4) threads(1) key(2) salt(2) SALT PASSWORD
//	key     'k' number(8) KEY                             to the parent
//
// Numbers are big-endian. Answers come in any order. Whatever does not look like
// this ends the child: it is cheaper to start another than to guess.
const (
	version  = 1
	maxFrame = 1 + 8 + 4 + 4 + 1 + 2 + 2 + maxSalt + maxPassword

	kindHello = 'h'
	kindSetUp = 's'
	kindJob   = 'j'
	kindKey   = 'k'

	jobHeader = 1 + 8 + 4 + 4 + 1 + 2 + 2
	keyHeader = 1 + 8
)

var (
	errFrame   = errors.New("what came over the pipe is not a frame of this protocol")
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// writeFrame writes body with one call, and wipes what it copied.
func writeFrame(w io.Writer, body []byte) error {
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)+4), uint32(len(body)))
	frame = append(frame, body...)
	frame = binary.BigEndian.AppendUint32(frame, crc32.Checksum(body, castagnoli))
	defer clear(frame)
	_, err := w.Write(frame)
	return err
}

// readFrame returns the next body. io.EOF means that the other side ended
// between two frames.
func readFrame(r io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n < 1 || n > maxFrame {
		return nil, errFrame
	}
	body := make([]byte, n+4)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, err
	}
	if crc32.Checksum(body[:n], castagnoli) != binary.BigEndian.Uint32(body[n:]) {
		return nil, errFrame
	}
	return body[:n], nil
}

func helloFrame() []byte { return []byte{kindHello, version} }

func isHello(body []byte) bool { return len(body) == 2 && body[0] == kindHello && body[1] == version }

// setUp is what a child must know before its first job.
type setUp struct {
	slots  uint16 // jobs at the same time
	memory uint64 // bytes that its heap should stay in
}

func (s setUp) frame() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint16([]byte{kindSetUp}, s.slots), s.memory)
}

func parseSetUp(body []byte) (setUp, error) {
	if len(body) != 11 || body[0] != kindSetUp {
		return setUp{}, errFrame
	}
	s := setUp{binary.BigEndian.Uint16(body[1:]), binary.BigEndian.Uint64(body[3:])}
	if s.slots < 1 || s.memory > 1<<62 {
		return setUp{}, errFrame
	}
	return s, nil
}

func (j Job) frame(number uint64) []byte {
	b := make([]byte, 0, jobHeader+len(j.Salt)+len(j.Password))
	b = binary.BigEndian.AppendUint64(append(b, kindJob), number)
	b = binary.BigEndian.AppendUint32(b, j.MemoryKiB)
	b = binary.BigEndian.AppendUint32(b, j.Passes)
	b = binary.BigEndian.AppendUint16(append(b, j.Threads), j.KeyBytes)
	b = binary.BigEndian.AppendUint16(b, uint16(len(j.Salt)))
	return append(append(b, j.Salt...), j.Password...)
}

// parseJob reads a job whose slices lie in body.
func parseJob(body []byte) (number uint64, j Job, err error) {
	if len(body) < jobHeader || body[0] != kindJob {
		return 0, Job{}, errFrame
	}
	j = Job{
		MemoryKiB: binary.BigEndian.Uint32(body[9:]), Passes: binary.BigEndian.Uint32(body[13:]),
		Threads: body[17], KeyBytes: binary.BigEndian.Uint16(body[18:]),
	}
	salt, rest := int(binary.BigEndian.Uint16(body[20:])), body[jobHeader:]
	if salt > len(rest) {
		return 0, Job{}, errFrame
	}
	j.Salt, j.Password = rest[:salt], rest[salt:]
	return binary.BigEndian.Uint64(body[1:]), j, j.check()
}

func keyFrame(number uint64, key []byte) []byte {
	return append(binary.BigEndian.AppendUint64([]byte{kindKey}, number), key...)
}

func parseKey(body []byte) (number uint64, key []byte, err error) {
	if len(body) <= keyHeader || len(body) > keyHeader+maxKey || body[0] != kindKey {
		return 0, nil, errFrame
	}
	return binary.BigEndian.Uint64(body[1:]), body[keyHeader:], nil
}
