// Looks a name up COUNT times in IN_FLIGHT goroutines by net.LookupHost; prints one line of JSON.
// A "%d" in the name is replaced by the number of the lookup. GODEBUG=netdns=cgo or netdns=go says by which resolver.
package main

import (
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

func main() {
	host := os.Args[1]
	inFlight, _ := strconv.Atoi(os.Args[2])
	count, _ := strconv.Atoi(os.Args[3])
	var next atomic.Int64
	var group sync.WaitGroup
	start := time.Now()
	for i := 0; i < inFlight; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				n := next.Add(1)
				if n > int64(count) {
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
	fmt.Printf("{\"perSecond\": %f}\n", float64(count)/time.Since(start).Seconds())
}
