// A program that waits for its turn: for each line on stdin it works for BURST_MS milliseconds (150
// unless the environment says otherwise) and prints its rate a second.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"time"
)

func burst() time.Duration {
	ms, err := strconv.Atoi(os.Getenv("BURST_MS"))
	if err != nil {
		ms = 150
	}
	return time.Duration(ms) * time.Millisecond
}

func turns(work func() int) {
	limit := burst()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		start, count := time.Now(), 0
		for time.Since(start) < limit {
			count += work()
		}
		fmt.Printf("%.3f\n", float64(count)/time.Since(start).Seconds())
	}
}
