// Reads an option over and over, by turns: peer OPTION; a number by package syscall, the only way that Go's
// standard library has.
package main

import (
	"net"
	"os"
	"syscall"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		panic(err)
	}
	raw, _ := conn.(*net.TCPConn).SyscallConn()
	level, option := syscall.SOL_SOCKET, syscall.SO_RCVBUF
	if os.Args[1] == "TCP_NODELAY" {
		level, option = syscall.IPPROTO_TCP, syscall.TCP_NODELAY
	}
	turns(func() int {
		for i := 0; i < 64; i++ {
			raw.Control(func(fd uintptr) {
				if _, err := syscall.GetsockoptInt(int(fd), level, option); err != nil {
					panic(err)
				}
			})
		}
		return 64
	})
}
