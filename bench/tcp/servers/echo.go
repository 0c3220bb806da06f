// Go's net, on one thread of execution (GOMAXPROCS=1). Its argument is the bytes of a buffer.
package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
)

var size = 65536

// Of connections that have ended, as the other servers keep theirs.
var buffers = sync.Pool{New: func() any {
	buffer := make([]byte, size)
	return &buffer
}}

func serve(conn net.Conn) {
	defer conn.Close()
	kept := buffers.Get().(*[]byte)
	defer buffers.Put(kept)
	buffer := *kept
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
	if len(os.Args) > 1 {
		size, _ = strconv.Atoi(os.Args[1])
	}
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
