/**
 * The services and protocols that everybody knows (the IANA registries of port numbers, RFC 6335, and
 * of protocol numbers), for systems without /etc/services and /etc/protocols, as slim containers are.
 * A service is listed for the transports it is spoken over, not for all it is registered for.
 *
 * @module
 */

/** A service, spoken at one port over some transports. */
export interface IanaService {
  /** The official name. */
  readonly name: string;
  /** Other names. */
  readonly aliases: readonly string[];
  /** The port. */
  readonly port: number;
  /** `"tcp"`, `"udp"`, … */
  readonly protocols: readonly string[];
}

/** A protocol over IP. */
export interface IanaProtocol {
  /** The official name, as /etc/protocols has it. */
  readonly name: string;
  /** Other names. */
  readonly aliases: readonly string[];
  /** The number. */
  readonly number: number;
}

/** Each line: name, port, transports, aliases. */
const SERVICES = `
echo 7 tcp,udp
discard 9 tcp,udp sink null
daytime 13 tcp,udp
chargen 19 tcp,udp ttytst source
ftp-data 20 tcp
ftp 21 tcp
ssh 22 tcp
telnet 23 tcp
smtp 25 tcp mail
time 37 tcp,udp timserver
whois 43 tcp nicname
tacacs 49 tcp,udp
domain 53 tcp,udp
bootps 67 udp
bootpc 68 udp
tftp 69 udp
gopher 70 tcp
finger 79 tcp
http 80 tcp www
kerberos 88 tcp,udp kerberos5 krb5 kerberos-sec
pop3 110 tcp pop-3
sunrpc 111 tcp,udp portmapper
nntp 119 tcp readnews untp
ntp 123 udp
epmap 135 tcp loc-srv
netbios-ns 137 udp
netbios-dgm 138 udp
netbios-ssn 139 tcp
imap2 143 tcp imap
snmp 161 tcp,udp
snmp-trap 162 tcp,udp snmptrap
bgp 179 tcp
irc 194 tcp,udp
ptp-event 319 udp
ptp-general 320 udp
ldap 389 tcp,udp
https 443 tcp,udp
microsoft-ds 445 tcp
submissions 465 tcp ssmtp smtps urd
isakmp 500 udp
exec 512 tcp
login 513 tcp
shell 514 tcp cmd
syslog 514 udp
printer 515 tcp spooler
dhcpv6-client 546 udp
dhcpv6-server 547 udp
rtsp 554 tcp,udp
nntps 563 tcp snntp
submission 587 tcp
ipp 631 tcp
ldaps 636 tcp,udp
kerberos-adm 749 tcp
domain-s 853 tcp,udp
rsync 873 tcp
ftps-data 989 tcp
ftps 990 tcp
telnets 992 tcp
imaps 993 tcp
pop3s 995 tcp
openvpn 1194 tcp,udp
ms-sql-s 1433 tcp
ms-sql-m 1434 udp
l2f 1701 udp l2tp
radius 1812 tcp,udp
radius-acct 1813 tcp,udp radacct
mqtt 1883 tcp
nfs 2049 tcp,udp
iscsi-target 3260 tcp
mysql 3306 tcp
ms-wbt-server 3389 tcp
stun 3478 tcp,udp
nut 3493 tcp,udp
svn 3690 tcp subversion
sip 5060 tcp,udp
sip-tls 5061 tcp,udp
xmpp-client 5222 tcp jabber-client
xmpp-server 5269 tcp jabber-server
mdns 5353 udp
stuns 5349 tcp,udp
postgresql 5432 tcp postgres
amqps 5671 tcp
amqp 5672 tcp,sctp
coap 5683 udp
coaps 5684 udp
x11 6000 tcp x11-0
redis 6379 tcp
http-alt 8080 tcp webcache
secure-mqtt 8883 tcp
git 9418 tcp
zabbix-agent 10050 tcp
zabbix-trapper 10051 tcp
`;

/** Each line: name, number, aliases. */
const PROTOCOLS = `
ip 0 IP
icmp 1 ICMP
igmp 2 IGMP
ggp 3 GGP
ipencap 4 IP-ENCAP
st 5 ST
tcp 6 TCP
egp 8 EGP
igp 9 IGP
pup 12 PUP
udp 17 UDP
hmp 20 HMP
xns-idp 22 XNS-IDP
rdp 27 RDP
iso-tp4 29 ISO-TP4
dccp 33 DCCP
xtp 36 XTP
ddp 37 DDP
idpr-cmtp 38 IDPR-CMTP
ipv6 41 IPv6
ipv6-route 43 IPv6-Route
ipv6-frag 44 IPv6-Frag
idrp 45 IDRP
rsvp 46 RSVP
gre 47 GRE
esp 50 IPSEC-ESP
ah 51 IPSEC-AH
skip 57 SKIP
ipv6-icmp 58 IPv6-ICMP
ipv6-nonxt 59 IPv6-NoNxt
ipv6-opts 60 IPv6-Opts
rspf 73 RSPF CPHB
vmtp 81 VMTP
eigrp 88 EIGRP
ospf 89 OSPFIGP
ax.25 93 AX.25
ipip 94 IPIP
etherip 97 ETHERIP
encap 98 ENCAP
pim 103 PIM
ipcomp 108 IPCOMP
vrrp 112 VRRP
l2tp 115 L2TP
isis 124 ISIS
sctp 132 SCTP
fc 133 FC
mobility-header 135 Mobility-Header
udplite 136 UDPLite
mpls-in-ip 137 MPLS-in-IP
manet 138
hip 139 HIP
shim6 140 Shim6
wesp 141 WESP
rohc 142 ROHC
ethernet 143 Ethernet
`;

let services: readonly IanaService[] | undefined;
let protocols: readonly IanaProtocol[] | undefined;

function rows(text: string): string[][] {
  return text.trim().split("\n").map((line) => line.split(" "));
}

/** The services, by port. */
export function ianaServices(): readonly IanaService[] {
  return services ??= rows(SERVICES).map(([name, port, transports, ...aliases]) => ({
    name,
    aliases,
    port: Number(port),
    protocols: transports.split(","),
  }));
}

/** The protocols, by number. */
export function ianaProtocols(): readonly IanaProtocol[] {
  return protocols ??= rows(PROTOCOLS).map(([name, number, ...aliases]) => ({
    name,
    aliases,
    number: Number(number),
  }));
}

/** The services of a name or alias: one, or one for each of its ports. */
export function ianaServicesByName(name: string): readonly IanaService[] {
  return ianaServices().filter((row) => row.name === name || row.aliases.includes(name));
}
