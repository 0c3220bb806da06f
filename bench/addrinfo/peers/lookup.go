// Looks a name up COUNT times in IN_FLIGHT goroutines by net.LookupIP for each line on stdin, and prints a
// line of JSON. A "%d" in the name is replaced by the number of the lookup. GODEBUG=netdns=cgo or
// netdns=go says by which resolver.
package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func lookUp(host string, inFlight int, count int64) {
	var next atomic.Int64
	var group sync.WaitGroup
	for i := 0; i < inFlight; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				n := next.Add(1)
				if n > count {
					return
				}
				name := host
				if strings.Contains(host, "%d") {
					name = fmt.Sprintf(host, n)
				}
				if _, err := net.DefaultResolver.LookupIP(context.Background(), "ip", name); err != nil {
					panic(err)
				}
			}
		}()
	}
	group.Wait()
}

func main() {
	inFlight, _ := strconv.Atoi(os.Args[2])
	count, _ := strconv.ParseInt(os.Args[3], 10, 64)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		start := time.Now()
		lookUp(os.Args[1], inFlight, count)
		fmt.Printf("{\"perSecond\": %f}\n", float64(count)/time.Since(start).Seconds())
	}
}
