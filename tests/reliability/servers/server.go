// The echo server for Go: see server.ts.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
)

var resident = regexp.MustCompile(`VmRSS:\s+(\d+)`)

func residentBytes() int {
	status, _ := os.ReadFile("/proc/self/status")
	kilobytes, _ := strconv.Atoi(string(resident.FindSubmatch(status)[1]))
	return kilobytes * 1024
}

func echo(connection net.Conn) {
	defer connection.Close()
	room := make([]byte, 64)
	for {
		count, err := connection.Read(room)
		if err != nil {
			return
		}
		if _, err = connection.Write(room[:count]); err != nil {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp4", ":0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				panic(err)
			}
			go echo(connection)
		}
	}()
	fmt.Println("port", listener.Addr().(*net.TCPAddr).Port)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		runtime.GC()
		var heap runtime.MemStats
		runtime.ReadMemStats(&heap)
		before := residentBytes()
		debug.FreeOSMemory()
		fds, _ := os.ReadDir("/proc/self/fd")
		fmt.Println("has", len(fds), heap.HeapAlloc, before, residentBytes())
	}
}
