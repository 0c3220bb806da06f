// Go's side: peer MODE, as unix.c.
package main

import (
	"net"
	"os"
	"syscall"
)

func open(fd int) *net.UnixConn {
	file := os.NewFile(uintptr(fd), "")
	conn, err := net.FileConn(file)
	if err != nil {
		panic(err)
	}
	file.Close()
	return conn.(*net.UnixConn)
}

func main() {
	mode, kind, size := os.Args[1], syscall.SOCK_DGRAM, 64
	if mode == "bulk" {
		kind, size = syscall.SOCK_STREAM, 65536
	}
	pair, _ := syscall.Socketpair(syscall.AF_UNIX, kind, 0)
	a, b := open(pair[0]), open(pair[1])
	raw, _ := a.File()
	data, into, oob := make([]byte, size), make([]byte, 65536), make([]byte, 64)
	one := func() {
		if mode == "fds" {
			a.WriteMsgUnix(data[:1], syscall.UnixRights(int(raw.Fd())), nil)
			_, n, _, _, _ := b.ReadMsgUnix(into, oob)
			messages, _ := syscall.ParseSocketControlMessage(oob[:n])
			fds, _ := syscall.ParseUnixRights(&messages[0])
			syscall.Close(fds[0])
			return
		}
		a.Write(data)
		for got := 0; got < size; {
			n, err := b.Read(into)
			if err != nil {
				panic(err)
			}
			got += n
		}
	}
	turns(func() int {
		for i := 0; i < 16; i++ {
			one()
		}
		return 16
	})
}
