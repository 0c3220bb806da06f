// Pings every host of 127.0.0.0/16 once and measures each round trip. Prints hosts, milliseconds and
// the median RTT. Only the standard library: one goroutine sends, one receives.
package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"sort"
	"time"
)

const (
	last   = 65534
	window = 4096
)

func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

func main() {
	begun := time.Now()
	conn, err := net.ListenIP("ip4:icmp", &net.IPAddr{IP: net.IPv4zero})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	conn.SetReadBuffer(8 << 20)
	token := uint32(os.Getpid()) * 2654435761
	sent := make([]time.Time, last+1)
	slots := make(chan struct{}, window)
	go func() {
		packet := make([]byte, 64)
		packet[0] = 8
		binary.BigEndian.PutUint16(packet[4:], uint16(token))
		binary.BigEndian.PutUint32(packet[8:], token)
		address := &net.IPAddr{IP: net.IPv4(127, 0, 0, 0).To4()}
		for i := 1; i <= last; i++ {
			slots <- struct{}{}
			binary.BigEndian.PutUint16(packet[6:], uint16(i))
			binary.BigEndian.PutUint32(packet[12:], uint32(i))
			packet[2], packet[3] = 0, 0
			binary.BigEndian.PutUint16(packet[2:], checksum(packet))
			address.IP[2], address.IP[3] = byte(i>>8), byte(i)
			sent[i] = time.Now()
			if _, err := conn.WriteToIP(packet, address); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}()
	rtts := make([]time.Duration, 0, last)
	buffer := make([]byte, 2048)
	for len(rtts) < last {
		conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		n, _, err := conn.ReadFromIP(buffer)
		if err != nil {
			break
		}
		if n < 16 || buffer[0] != 0 || binary.BigEndian.Uint32(buffer[8:]) != token {
			continue
		}
		which := binary.BigEndian.Uint32(buffer[12:])
		rtts = append(rtts, time.Since(sent[which]))
		<-slots
	}
	took := time.Since(begun)
	sort.Slice(rtts, func(i, j int) bool { return rtts[i] < rtts[j] })
	fmt.Printf("%d %.1f %.1f\n", len(rtts), float64(took.Microseconds())/1e3, float64(rtts[len(rtts)/2].Nanoseconds())/1e3)
}
