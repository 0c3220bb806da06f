// Walks the layers of a capture with gopacket and sums the TCP and UDP ports; prints seconds and sum.
//
//	decode parser|lazy|eager FILE
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func main() {
	file, err := os.ReadFile(os.Args[2])
	if err != nil {
		panic(err)
	}
	// Little-endian pcap: pcapgo needs more packages than Debian brings along.
	var frames [][]byte
	for at := 24; at < len(file); {
		length := int(binary.LittleEndian.Uint32(file[at+8:]))
		frames = append(frames, file[at+16:at+16+length])
		at += 16 + length
	}
	var sum uint64
	start := time.Now()
	if os.Args[1] == "parser" {
		sum = parse(frames)
	} else {
		options := gopacket.DecodeOptions{Lazy: os.Args[1] == "lazy", NoCopy: true}
		for _, frame := range frames {
			packet := gopacket.NewPacket(frame, layers.LayerTypeEthernet, options)
			if transport := packet.TransportLayer(); transport != nil {
				switch layer := transport.(type) {
				case *layers.TCP:
					sum += uint64(layer.SrcPort) + uint64(layer.DstPort)
				case *layers.UDP:
					sum += uint64(layer.SrcPort) + uint64(layer.DstPort)
				}
			}
		}
	}
	fmt.Println(time.Since(start).Seconds(), sum)
}

// parse reuses one value of each layer: gopacket's fast path.
func parse(frames [][]byte) (sum uint64) {
	var eth layers.Ethernet
	var vlan layers.Dot1Q
	var ip4 layers.IPv4
	var ip6 layers.IPv6
	var tcp layers.TCP
	var udp layers.UDP
	var icmp4 layers.ICMPv4
	var icmp6 layers.ICMPv6
	var arp layers.ARP
	var payload gopacket.Payload
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet,
		&eth, &vlan, &ip4, &ip6, &tcp, &udp, &icmp4, &icmp6, &arp, &payload)
	parser.IgnoreUnsupported = true
	decoded := []gopacket.LayerType{}
	for _, frame := range frames {
		if err := parser.DecodeLayers(frame, &decoded); err != nil {
			panic(err)
		}
		for _, kind := range decoded {
			switch kind {
			case layers.LayerTypeTCP:
				sum += uint64(tcp.SrcPort) + uint64(tcp.DstPort)
			case layers.LayerTypeUDP:
				sum += uint64(udp.SrcPort) + uint64(udp.DstPort)
			}
		}
	}
	return sum
}
