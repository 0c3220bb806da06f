// Go's side: peer MODE SIZE [PORT], as udp.c.
package main

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"time"
)

func main() {
	size, _ := strconv.Atoi(os.Args[2])
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		panic(err)
	}
	var count float64
	if len(os.Args) > 3 {
		port, _ := strconv.Atoi(os.Args[3])
		to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))
		data := make([]byte, size)
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			start := time.Now()
			count = 0
			for time.Since(start) < 150*time.Millisecond {
				for i := 0; i < 64; i++ {
					if n, _ := conn.WriteToUDPAddrPort(data, to); n == size {
						count++
					}
				}
			}
			fmt.Printf("%.0f\n", count/time.Since(start).Seconds())
		}
		return
	}
	fmt.Println(conn.LocalAddr().(*net.UDPAddr).Port)
	data := make([]byte, 2048)
	var start, last time.Time
	done := true
	for {
		for i := 0; i < 64; i++ {
			n, _, _ := conn.ReadFromUDPAddrPort(data)
			count += float64(n / size)
		}
		now := time.Now()
		if now.Sub(last) > 30*time.Millisecond {
			start, count, done = now, 0, false
		} else if !done && now.Sub(start) >= 150*time.Millisecond {
			fmt.Printf("%.0f\n", count/now.Sub(start).Seconds())
			done = true
		}
		last = now
	}
}
