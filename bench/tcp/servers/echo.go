// Go's net, on one thread of execution (GOMAXPROCS=1).
package main

import (
	"fmt"
	"net"
	"sync"
)

// Of connections that have ended, as the other servers keep theirs.
var buffers = sync.Pool{New: func() any { return new([65536]byte) }}

func serve(conn net.Conn) {
	defer conn.Close()
	kept := buffers.Get().(*[65536]byte)
	defer buffers.Put(kept)
	buffer := kept[:]
	for {
		count, err := conn.Read(buffer)
		if err != nil {
			return
		}
		if _, err := conn.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go serve(conn)
	}
}
