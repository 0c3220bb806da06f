// Go's net: peer SIZE, as bulk.c serves.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
)

func serve(conn net.Conn, block []byte) {
	defer conn.Close()
	what := make([]byte, 1)
	if _, err := io.ReadFull(conn, what); err != nil {
		return
	}
	for {
		var err error
		if what[0] == 'r' {
			_, err = conn.Write(block)
		} else {
			_, err = conn.Read(block)
		}
		if err != nil {
			return
		}
	}
}

func main() {
	size, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	block := make([]byte, size)
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		serve(conn, block)
	}
}
