// A connection: three bytes there, and "done".
package main

import (
	"fmt"
	"io"
	"net"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		panic(err)
	}
	server, err := listener.Accept()
	if err != nil {
		panic(err)
	}
	client.Write([]byte("abc"))
	if _, err := io.ReadFull(server, make([]byte, 3)); err != nil {
		panic(err)
	}
	fmt.Println("done")
}
