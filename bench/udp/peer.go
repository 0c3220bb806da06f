// Go's side: peer MODE SIZE [PORT], as udp.c; one by one by net, or by the batches of golang.org/x/net
// (MODE "batch").
package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"time"

	"golang.org/x/net/ipv4"
)

const batch = 64

func transmit(conn *net.UDPConn, size int, port int) {
	data := make([]byte, size)
	if os.Args[1] == "batch" {
		packets := ipv4.NewPacketConn(conn)
		messages := make([]ipv4.Message, batch)
		to := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
		for i := range messages {
			messages[i] = ipv4.Message{Buffers: [][]byte{data}, Addr: to}
		}
		turns(func() int {
			n, err := packets.WriteBatch(messages, 0)
			if err != nil {
				panic(err)
			}
			return n
		})
		return
	}
	to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))
	turns(func() int {
		for i := 0; i < batch; i++ {
			if n, _ := conn.WriteToUDPAddrPort(data, to); n != size {
				panic("a part was sent")
			}
		}
		return batch
	})
}

func main() {
	size, _ := strconv.Atoi(os.Args[2])
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		panic(err)
	}
	if len(os.Args) > 3 {
		port, _ := strconv.Atoi(os.Args[3])
		transmit(conn, size, port)
		return
	}
	fmt.Println(conn.LocalAddr().(*net.UDPAddr).Port)
	data := make([]byte, 2048)
	receive := func() int {
		for i := 0; i < batch; i++ {
			if _, _, err := conn.ReadFromUDPAddrPort(data); err != nil {
				panic(err)
			}
		}
		return batch
	}
	if os.Args[1] == "batch" {
		packets := ipv4.NewPacketConn(conn)
		messages := make([]ipv4.Message, batch)
		for i := range messages {
			messages[i].Buffers = [][]byte{make([]byte, 2048)}
		}
		receive = func() int {
			n, err := packets.ReadBatch(messages, 0)
			if err != nil {
				panic(err)
			}
			return n
		}
	}
	limit := burst()
	var start, last time.Time
	count, done := 0, true
	for {
		count += receive()
		now := time.Now()
		if now.Sub(last) > 30*time.Millisecond {
			start, count, done = now, 0, false
		} else if !done && now.Sub(start) >= limit {
			fmt.Printf("%.0f\n", float64(count)/now.Sub(start).Seconds())
			done = true
		}
		last = now
	}
}
