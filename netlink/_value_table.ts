// deno-fmt-ignore-file: a line a key
/**
 * What values are checked by. Written by tools/value_tables.ts from the documented types; not to be
 * edited.
 *
 * A function reads each key of a value once and makes an object of what it has read. They are written
 * out because a loop over keys as data takes ten times as long.
 *
 * @module
 */

import { anyOf, bigint, boolean, checkInherited, each, list, namespace, nothing, number, objectAt, oneOf, place, record, string, type Made, type ValueCheck } from "./_value_kinds.ts";

const K1 = anyOf(string, nothing);
const K2 = anyOf(string, number);
const K3 = list(string);
const K4 = oneOf("inet", "inet6");
const K5 = list(record);
const K6 = each(routeNextHopSettings);
const K7 = oneOf(true);
const K8 = each(changeGroup);
const K9 = oneOf("permanent", "temp");
const K10 = oneOf("continue", "pass", "reclassify", "drop", "pipe", "stolen", "trap");
const K11 = oneOf("redirect", "mirror");
const K12 = oneOf("egress", "ingress");
const K13 = oneOf("host", "broadcast", "multicast", "otherhost");
const K14 = oneOf("pop", "push", "modify");
const K15 = oneOf("802.1Q", "802.1ad");
const K16 = each(filterAction);
const K17 = each(filterSettingsMatch);
const K18 = oneOf("add link", "set link", "delete link", "add address", "replace address", "delete address", "add route", "replace route", "append route", "set route", "delete route", "add neighbor", "replace neighbor", "set neighbor", "delete neighbor", "add rule", "delete rule", "add nexthop", "replace nexthop", "delete nexthop", "add qdisc", "replace qdisc", "set qdisc", "delete qdisc", "add class", "replace class", "set class", "delete class", "add fdb", "replace fdb", "append fdb", "delete fdb", "add vlan", "delete vlan", "add mdb", "replace mdb", "delete mdb", "add filter", "replace filter", "set filter", "delete filter");

function change(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.do;
  if (f === "add link" || f === "set link" || f === "delete link") {
    for (const k in g) if (k !== "ifname" && k !== "ifindex" && k !== "up" && k !== "link" && k !== "master" && k !== "mtu" && k !== "address" && k !== "broadcast" && k !== "txqlen" && k !== "group" && k !== "ifalias" && k !== "num_tx_queues" && k !== "num_rx_queues" && k !== "allmulticast" && k !== "promisc" && k !== "arp" && k !== "multicast" && k !== "netns" && k !== "kind" && k !== "info_data" && k !== "info_slave_data" && k !== "peer" && k !== "do" && k !== "newName" && k !== "slave_kind") checkInherited(g, k, a, n, i);
    const m: Made = { do: f };
    const $ifname = g.ifname; if ($ifname !== undefined) m.ifname = string($ifname, a, n, i, "ifname");
    const $ifindex = g.ifindex; if ($ifindex !== undefined) m.ifindex = number($ifindex, a, n, i, "ifindex");
    const $up = g.up; if ($up !== undefined) m.up = boolean($up, a, n, i, "up");
    const $link = g.link; if ($link !== undefined) m.link = string($link, a, n, i, "link");
    const $master = g.master; if ($master !== undefined) m.master = K1($master, a, n, i, "master");
    const $mtu = g.mtu; if ($mtu !== undefined) m.mtu = number($mtu, a, n, i, "mtu");
    const $address = g.address; if ($address !== undefined) m.address = string($address, a, n, i, "address");
    const $broadcast = g.broadcast; if ($broadcast !== undefined) m.broadcast = string($broadcast, a, n, i, "broadcast");
    const $txqlen = g.txqlen; if ($txqlen !== undefined) m.txqlen = number($txqlen, a, n, i, "txqlen");
    const $group = g.group; if ($group !== undefined) m.group = number($group, a, n, i, "group");
    const $ifalias = g.ifalias; if ($ifalias !== undefined) m.ifalias = string($ifalias, a, n, i, "ifalias");
    const $num_tx_queues = g.num_tx_queues; if ($num_tx_queues !== undefined) m.num_tx_queues = number($num_tx_queues, a, n, i, "num_tx_queues");
    const $num_rx_queues = g.num_rx_queues; if ($num_rx_queues !== undefined) m.num_rx_queues = number($num_rx_queues, a, n, i, "num_rx_queues");
    const $allmulticast = g.allmulticast; if ($allmulticast !== undefined) m.allmulticast = boolean($allmulticast, a, n, i, "allmulticast");
    const $promisc = g.promisc; if ($promisc !== undefined) m.promisc = boolean($promisc, a, n, i, "promisc");
    const $arp = g.arp; if ($arp !== undefined) m.arp = boolean($arp, a, n, i, "arp");
    const $multicast = g.multicast; if ($multicast !== undefined) m.multicast = boolean($multicast, a, n, i, "multicast");
    const $netns = g.netns; if ($netns !== undefined) m.netns = namespace($netns, a, n, i, "netns");
    const $kind = g.kind; if ($kind !== undefined) m.kind = string($kind, a, n, i, "kind");
    const $info_data = g.info_data; if ($info_data !== undefined) m.info_data = record($info_data, a, n, i, "info_data");
    const $info_slave_data = g.info_slave_data; if ($info_slave_data !== undefined) m.info_slave_data = record($info_slave_data, a, n, i, "info_slave_data");
    const $peer = g.peer; if ($peer !== undefined) m.peer = linkSettings($peer, a, place(n, i, "peer"));
    const $newName = g.newName; if ($newName !== undefined) m.newName = string($newName, a, n, i, "newName");
    const $slave_kind = g.slave_kind; if ($slave_kind !== undefined) m.slave_kind = string($slave_kind, a, n, i, "slave_kind");
    return m;
  }
  if (f === "add address" || f === "replace address" || f === "delete address") {
    for (const k in g) if (k !== "do" && k !== "dev" && k !== "local" && k !== "prefixlen" && k !== "address" && k !== "broadcast" && k !== "label" && k !== "scope" && k !== "metric" && k !== "valid_life_time" && k !== "preferred_life_time" && k !== "flags") checkInherited(g, k, a, n, i);
    const m: Made = { do: f, dev: string(g.dev, a, n, i, "dev"), local: string(g.local, a, n, i, "local") };
    const $prefixlen = g.prefixlen; if ($prefixlen !== undefined) m.prefixlen = number($prefixlen, a, n, i, "prefixlen");
    const $address = g.address; if ($address !== undefined) m.address = string($address, a, n, i, "address");
    const $broadcast = g.broadcast; if ($broadcast !== undefined) m.broadcast = string($broadcast, a, n, i, "broadcast");
    const $label = g.label; if ($label !== undefined) m.label = string($label, a, n, i, "label");
    const $scope = g.scope; if ($scope !== undefined) m.scope = K2($scope, a, n, i, "scope");
    const $metric = g.metric; if ($metric !== undefined) m.metric = number($metric, a, n, i, "metric");
    const $valid_life_time = g.valid_life_time; if ($valid_life_time !== undefined) m.valid_life_time = number($valid_life_time, a, n, i, "valid_life_time");
    const $preferred_life_time = g.preferred_life_time; if ($preferred_life_time !== undefined) m.preferred_life_time = number($preferred_life_time, a, n, i, "preferred_life_time");
    const $flags = g.flags; if ($flags !== undefined) m.flags = K3($flags, a, n, i, "flags");
    return m;
  }
  if (f === "add route" || f === "replace route" || f === "append route" || f === "set route" || f === "delete route") {
    for (const k in g) if (k !== "do" && k !== "dst" && k !== "family" && k !== "from" && k !== "type" && k !== "tos" && k !== "gateway" && k !== "via" && k !== "dev" && k !== "table" && k !== "protocol" && k !== "scope" && k !== "prefsrc" && k !== "metric" && k !== "flags" && k !== "metrics" && k !== "expires" && k !== "pref" && k !== "nexthops" && k !== "nhid") checkInherited(g, k, a, n, i);
    const m: Made = { do: f, dst: string(g.dst, a, n, i, "dst") };
    const $family = g.family; if ($family !== undefined) m.family = K4($family, a, n, i, "family");
    const $from = g.from; if ($from !== undefined) m.from = string($from, a, n, i, "from");
    const $type = g.type; if ($type !== undefined) m.type = K2($type, a, n, i, "type");
    const $tos = g.tos; if ($tos !== undefined) m.tos = number($tos, a, n, i, "tos");
    const $gateway = g.gateway; if ($gateway !== undefined) m.gateway = string($gateway, a, n, i, "gateway");
    const $via = g.via; if ($via !== undefined) m.via = via($via, a, place(n, i, "via"));
    const $dev = g.dev; if ($dev !== undefined) m.dev = string($dev, a, n, i, "dev");
    const $table = g.table; if ($table !== undefined) m.table = K2($table, a, n, i, "table");
    const $protocol = g.protocol; if ($protocol !== undefined) m.protocol = K2($protocol, a, n, i, "protocol");
    const $scope = g.scope; if ($scope !== undefined) m.scope = K2($scope, a, n, i, "scope");
    const $prefsrc = g.prefsrc; if ($prefsrc !== undefined) m.prefsrc = string($prefsrc, a, n, i, "prefsrc");
    const $metric = g.metric; if ($metric !== undefined) m.metric = number($metric, a, n, i, "metric");
    const $flags = g.flags; if ($flags !== undefined) m.flags = K3($flags, a, n, i, "flags");
    const $metrics = g.metrics; if ($metrics !== undefined) m.metrics = K5($metrics, a, n, i, "metrics");
    const $expires = g.expires; if ($expires !== undefined) m.expires = number($expires, a, n, i, "expires");
    const $pref = g.pref; if ($pref !== undefined) m.pref = string($pref, a, n, i, "pref");
    const $nexthops = g.nexthops; if ($nexthops !== undefined) m.nexthops = K6($nexthops, a, n, i, "nexthops");
    const $nhid = g.nhid; if ($nhid !== undefined) m.nhid = number($nhid, a, n, i, "nhid");
    return m;
  }
  if (f === "add neighbor" || f === "replace neighbor" || f === "set neighbor" || f === "delete neighbor") {
    for (const k in g) if (k !== "do" && k !== "dst" && k !== "dev" && k !== "lladdr" && k !== "state" && k !== "proxy" && k !== "router" && k !== "extern_learn" && k !== "protocol") checkInherited(g, k, a, n, i);
    const m: Made = { do: f, dst: string(g.dst, a, n, i, "dst"), dev: string(g.dev, a, n, i, "dev") };
    const $lladdr = g.lladdr; if ($lladdr !== undefined) m.lladdr = string($lladdr, a, n, i, "lladdr");
    const $state = g.state; if ($state !== undefined) m.state = K3($state, a, n, i, "state");
    const $proxy = g.proxy; if ($proxy !== undefined) m.proxy = boolean($proxy, a, n, i, "proxy");
    const $router = g.router; if ($router !== undefined) m.router = boolean($router, a, n, i, "router");
    const $extern_learn = g.extern_learn; if ($extern_learn !== undefined) m.extern_learn = boolean($extern_learn, a, n, i, "extern_learn");
    const $protocol = g.protocol; if ($protocol !== undefined) m.protocol = K2($protocol, a, n, i, "protocol");
    return m;
  }
  if (f === "add rule" || f === "delete rule") {
    for (const k in g) if (k !== "priority" && k !== "not" && k !== "src" && k !== "srclen" && k !== "dst" && k !== "dstlen" && k !== "tos" && k !== "fwmark" && k !== "fwmask" && k !== "iif" && k !== "oif" && k !== "l3mdev" && k !== "uid_start" && k !== "uid_end" && k !== "ipproto" && k !== "sport" && k !== "sport_start" && k !== "sport_end" && k !== "dport" && k !== "dport_start" && k !== "dport_end" && k !== "tun_id" && k !== "suppress_prefixlen" && k !== "suppress_ifgroup" && k !== "flow" && k !== "goto" && k !== "nop" && k !== "action" && k !== "do" && k !== "family" && k !== "table" && k !== "protocol") checkInherited(g, k, a, n, i);
    const m: Made = { do: f };
    const $priority = g.priority; if ($priority !== undefined) m.priority = number($priority, a, n, i, "priority");
    const $not = g.not; if ($not !== undefined) m.not = K7($not, a, n, i, "not");
    const $src = g.src; if ($src !== undefined) m.src = string($src, a, n, i, "src");
    const $srclen = g.srclen; if ($srclen !== undefined) m.srclen = number($srclen, a, n, i, "srclen");
    const $dst = g.dst; if ($dst !== undefined) m.dst = string($dst, a, n, i, "dst");
    const $dstlen = g.dstlen; if ($dstlen !== undefined) m.dstlen = number($dstlen, a, n, i, "dstlen");
    const $tos = g.tos; if ($tos !== undefined) m.tos = number($tos, a, n, i, "tos");
    const $fwmark = g.fwmark; if ($fwmark !== undefined) m.fwmark = number($fwmark, a, n, i, "fwmark");
    const $fwmask = g.fwmask; if ($fwmask !== undefined) m.fwmask = number($fwmask, a, n, i, "fwmask");
    const $iif = g.iif; if ($iif !== undefined) m.iif = string($iif, a, n, i, "iif");
    const $oif = g.oif; if ($oif !== undefined) m.oif = string($oif, a, n, i, "oif");
    const $l3mdev = g.l3mdev; if ($l3mdev !== undefined) m.l3mdev = K7($l3mdev, a, n, i, "l3mdev");
    const $uid_start = g.uid_start; if ($uid_start !== undefined) m.uid_start = number($uid_start, a, n, i, "uid_start");
    const $uid_end = g.uid_end; if ($uid_end !== undefined) m.uid_end = number($uid_end, a, n, i, "uid_end");
    const $ipproto = g.ipproto; if ($ipproto !== undefined) m.ipproto = string($ipproto, a, n, i, "ipproto");
    const $sport = g.sport; if ($sport !== undefined) m.sport = number($sport, a, n, i, "sport");
    const $sport_start = g.sport_start; if ($sport_start !== undefined) m.sport_start = number($sport_start, a, n, i, "sport_start");
    const $sport_end = g.sport_end; if ($sport_end !== undefined) m.sport_end = number($sport_end, a, n, i, "sport_end");
    const $dport = g.dport; if ($dport !== undefined) m.dport = number($dport, a, n, i, "dport");
    const $dport_start = g.dport_start; if ($dport_start !== undefined) m.dport_start = number($dport_start, a, n, i, "dport_start");
    const $dport_end = g.dport_end; if ($dport_end !== undefined) m.dport_end = number($dport_end, a, n, i, "dport_end");
    const $tun_id = g.tun_id; if ($tun_id !== undefined) m.tun_id = bigint($tun_id, a, n, i, "tun_id");
    const $suppress_prefixlen = g.suppress_prefixlen; if ($suppress_prefixlen !== undefined) m.suppress_prefixlen = number($suppress_prefixlen, a, n, i, "suppress_prefixlen");
    const $suppress_ifgroup = g.suppress_ifgroup; if ($suppress_ifgroup !== undefined) m.suppress_ifgroup = number($suppress_ifgroup, a, n, i, "suppress_ifgroup");
    const $flow = g.flow; if ($flow !== undefined) m.flow = number($flow, a, n, i, "flow");
    const $goto = g.goto; if ($goto !== undefined) m.goto = number($goto, a, n, i, "goto");
    const $nop = g.nop; if ($nop !== undefined) m.nop = K7($nop, a, n, i, "nop");
    const $action = g.action; if ($action !== undefined) m.action = string($action, a, n, i, "action");
    const $family = g.family; if ($family !== undefined) m.family = K4($family, a, n, i, "family");
    const $table = g.table; if ($table !== undefined) m.table = K2($table, a, n, i, "table");
    const $protocol = g.protocol; if ($protocol !== undefined) m.protocol = K2($protocol, a, n, i, "protocol");
    return m;
  }
  if (f === "add nexthop" || f === "replace nexthop" || f === "delete nexthop") {
    for (const k in g) if (k !== "do" && k !== "id" && k !== "gateway" && k !== "dev" && k !== "group" && k !== "blackhole" && k !== "fdb" && k !== "scope" && k !== "protocol" && k !== "flags") checkInherited(g, k, a, n, i);
    const m: Made = { do: f, id: number(g.id, a, n, i, "id") };
    const $gateway = g.gateway; if ($gateway !== undefined) m.gateway = string($gateway, a, n, i, "gateway");
    const $dev = g.dev; if ($dev !== undefined) m.dev = string($dev, a, n, i, "dev");
    const $group = g.group; if ($group !== undefined) m.group = K8($group, a, n, i, "group");
    const $blackhole = g.blackhole; if ($blackhole !== undefined) m.blackhole = boolean($blackhole, a, n, i, "blackhole");
    const $fdb = g.fdb; if ($fdb !== undefined) m.fdb = boolean($fdb, a, n, i, "fdb");
    const $scope = g.scope; if ($scope !== undefined) m.scope = K2($scope, a, n, i, "scope");
    const $protocol = g.protocol; if ($protocol !== undefined) m.protocol = K2($protocol, a, n, i, "protocol");
    const $flags = g.flags; if ($flags !== undefined) m.flags = K3($flags, a, n, i, "flags");
    return m;
  }
  if (f === "add qdisc" || f === "replace qdisc" || f === "set qdisc" || f === "delete qdisc") {
    for (const k in g) if (k !== "do" && k !== "dev" && k !== "kind" && k !== "parent" && k !== "handle" && k !== "options") checkInherited(g, k, a, n, i);
    const m: Made = { do: f, dev: string(g.dev, a, n, i, "dev") };
    const $kind = g.kind; if ($kind !== undefined) m.kind = string($kind, a, n, i, "kind");
    const $parent = g.parent; if ($parent !== undefined) m.parent = string($parent, a, n, i, "parent");
    const $handle = g.handle; if ($handle !== undefined) m.handle = string($handle, a, n, i, "handle");
    const $options = g.options; if ($options !== undefined) m.options = record($options, a, n, i, "options");
    return m;
  }
  if (f === "add class" || f === "replace class" || f === "set class" || f === "delete class") {
    for (const k in g) if (k !== "do" && k !== "dev" && k !== "kind" && k !== "parent" && k !== "handle" && k !== "options") checkInherited(g, k, a, n, i);
    const m: Made = { do: f, dev: string(g.dev, a, n, i, "dev"), handle: string(g.handle, a, n, i, "handle") };
    const $kind = g.kind; if ($kind !== undefined) m.kind = string($kind, a, n, i, "kind");
    const $parent = g.parent; if ($parent !== undefined) m.parent = string($parent, a, n, i, "parent");
    const $options = g.options; if ($options !== undefined) m.options = record($options, a, n, i, "options");
    return m;
  }
  if (f === "add fdb" || f === "replace fdb" || f === "append fdb" || f === "delete fdb") {
    for (const k in g) if (k !== "do" && k !== "mac" && k !== "dev" && k !== "vlan" && k !== "dst" && k !== "port" && k !== "vni" && k !== "src_vni" && k !== "viaIf" && k !== "state" && k !== "flags") checkInherited(g, k, a, n, i);
    const m: Made = { do: f, mac: string(g.mac, a, n, i, "mac"), dev: string(g.dev, a, n, i, "dev") };
    const $vlan = g.vlan; if ($vlan !== undefined) m.vlan = number($vlan, a, n, i, "vlan");
    const $dst = g.dst; if ($dst !== undefined) m.dst = string($dst, a, n, i, "dst");
    const $port = g.port; if ($port !== undefined) m.port = number($port, a, n, i, "port");
    const $vni = g.vni; if ($vni !== undefined) m.vni = number($vni, a, n, i, "vni");
    const $src_vni = g.src_vni; if ($src_vni !== undefined) m.src_vni = number($src_vni, a, n, i, "src_vni");
    const $viaIf = g.viaIf; if ($viaIf !== undefined) m.viaIf = string($viaIf, a, n, i, "viaIf");
    const $state = g.state; if ($state !== undefined) m.state = string($state, a, n, i, "state");
    const $flags = g.flags; if ($flags !== undefined) m.flags = K3($flags, a, n, i, "flags");
    return m;
  }
  if (f === "add vlan" || f === "delete vlan") {
    for (const k in g) if (k !== "do" && k !== "dev" && k !== "vlan" && k !== "vlanEnd" && k !== "pvid" && k !== "untagged" && k !== "self") checkInherited(g, k, a, n, i);
    const m: Made = { do: f, dev: string(g.dev, a, n, i, "dev"), vlan: number(g.vlan, a, n, i, "vlan") };
    const $vlanEnd = g.vlanEnd; if ($vlanEnd !== undefined) m.vlanEnd = number($vlanEnd, a, n, i, "vlanEnd");
    const $pvid = g.pvid; if ($pvid !== undefined) m.pvid = boolean($pvid, a, n, i, "pvid");
    const $untagged = g.untagged; if ($untagged !== undefined) m.untagged = boolean($untagged, a, n, i, "untagged");
    const $self = g.self; if ($self !== undefined) m.self = boolean($self, a, n, i, "self");
    return m;
  }
  if (f === "add mdb" || f === "replace mdb" || f === "delete mdb") {
    for (const k in g) if (k !== "do" && k !== "dev" && k !== "port" && k !== "grp" && k !== "vid" && k !== "state") checkInherited(g, k, a, n, i);
    const m: Made = { do: f, dev: string(g.dev, a, n, i, "dev"), port: string(g.port, a, n, i, "port"), grp: string(g.grp, a, n, i, "grp") };
    const $vid = g.vid; if ($vid !== undefined) m.vid = number($vid, a, n, i, "vid");
    const $state = g.state; if ($state !== undefined) m.state = K9($state, a, n, i, "state");
    return m;
  }
  if (f === "add filter" || f === "replace filter" || f === "set filter" || f === "delete filter") {
    for (const k in g) if (k !== "do" && k !== "dev" && k !== "kind" && k !== "parent" && k !== "protocol" && k !== "pref" && k !== "chain" && k !== "handle" && k !== "options") checkInherited(g, k, a, n, i);
    const m: Made = { do: f, dev: string(g.dev, a, n, i, "dev") };
    const $kind = g.kind; if ($kind !== undefined) m.kind = string($kind, a, n, i, "kind");
    const $parent = g.parent; if ($parent !== undefined) m.parent = string($parent, a, n, i, "parent");
    const $protocol = g.protocol; if ($protocol !== undefined) m.protocol = K2($protocol, a, n, i, "protocol");
    const $pref = g.pref; if ($pref !== undefined) m.pref = number($pref, a, n, i, "pref");
    const $chain = g.chain; if ($chain !== undefined) m.chain = number($chain, a, n, i, "chain");
    const $handle = g.handle; if ($handle !== undefined) m.handle = string($handle, a, n, i, "handle");
    const $options = g.options; if ($options !== undefined) m.options = filterSettings($options, a, place(n, i, "options"));
    return m;
  }
  return K18(f, a, n, i, "do") as never;
}
function linkSettings(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "ifname" && k !== "ifindex" && k !== "up" && k !== "link" && k !== "master" && k !== "mtu" && k !== "address" && k !== "broadcast" && k !== "txqlen" && k !== "group" && k !== "ifalias" && k !== "num_tx_queues" && k !== "num_rx_queues" && k !== "allmulticast" && k !== "promisc" && k !== "arp" && k !== "multicast" && k !== "netns" && k !== "kind" && k !== "info_data" && k !== "info_slave_data" && k !== "peer") checkInherited(g, k, a, n, i);
  const m: Made = {  };
  const $ifname = g.ifname; if ($ifname !== undefined) m.ifname = string($ifname, a, n, i, "ifname");
  const $ifindex = g.ifindex; if ($ifindex !== undefined) m.ifindex = number($ifindex, a, n, i, "ifindex");
  const $up = g.up; if ($up !== undefined) m.up = boolean($up, a, n, i, "up");
  const $link = g.link; if ($link !== undefined) m.link = string($link, a, n, i, "link");
  const $master = g.master; if ($master !== undefined) m.master = K1($master, a, n, i, "master");
  const $mtu = g.mtu; if ($mtu !== undefined) m.mtu = number($mtu, a, n, i, "mtu");
  const $address = g.address; if ($address !== undefined) m.address = string($address, a, n, i, "address");
  const $broadcast = g.broadcast; if ($broadcast !== undefined) m.broadcast = string($broadcast, a, n, i, "broadcast");
  const $txqlen = g.txqlen; if ($txqlen !== undefined) m.txqlen = number($txqlen, a, n, i, "txqlen");
  const $group = g.group; if ($group !== undefined) m.group = number($group, a, n, i, "group");
  const $ifalias = g.ifalias; if ($ifalias !== undefined) m.ifalias = string($ifalias, a, n, i, "ifalias");
  const $num_tx_queues = g.num_tx_queues; if ($num_tx_queues !== undefined) m.num_tx_queues = number($num_tx_queues, a, n, i, "num_tx_queues");
  const $num_rx_queues = g.num_rx_queues; if ($num_rx_queues !== undefined) m.num_rx_queues = number($num_rx_queues, a, n, i, "num_rx_queues");
  const $allmulticast = g.allmulticast; if ($allmulticast !== undefined) m.allmulticast = boolean($allmulticast, a, n, i, "allmulticast");
  const $promisc = g.promisc; if ($promisc !== undefined) m.promisc = boolean($promisc, a, n, i, "promisc");
  const $arp = g.arp; if ($arp !== undefined) m.arp = boolean($arp, a, n, i, "arp");
  const $multicast = g.multicast; if ($multicast !== undefined) m.multicast = boolean($multicast, a, n, i, "multicast");
  const $netns = g.netns; if ($netns !== undefined) m.netns = namespace($netns, a, n, i, "netns");
  const $kind = g.kind; if ($kind !== undefined) m.kind = string($kind, a, n, i, "kind");
  const $info_data = g.info_data; if ($info_data !== undefined) m.info_data = record($info_data, a, n, i, "info_data");
  const $info_slave_data = g.info_slave_data; if ($info_slave_data !== undefined) m.info_slave_data = record($info_slave_data, a, n, i, "info_slave_data");
  const $peer = g.peer; if ($peer !== undefined) m.peer = linkSettings($peer, a, place(n, i, "peer"));
  return m;
}
function via(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "family" && k !== "host") checkInherited(g, k, a, n, i);
  const m: Made = { family: string(g.family, a, n, i, "family"), host: string(g.host, a, n, i, "host") };
  return m;
}
function routeNextHopSettings(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "gateway" && k !== "via" && k !== "dev" && k !== "weight" && k !== "flags") checkInherited(g, k, a, n, i);
  const m: Made = {  };
  const $gateway = g.gateway; if ($gateway !== undefined) m.gateway = string($gateway, a, n, i, "gateway");
  const $via = g.via; if ($via !== undefined) m.via = via($via, a, place(n, i, "via"));
  const $dev = g.dev; if ($dev !== undefined) m.dev = string($dev, a, n, i, "dev");
  const $weight = g.weight; if ($weight !== undefined) m.weight = number($weight, a, n, i, "weight");
  const $flags = g.flags; if ($flags !== undefined) m.flags = K3($flags, a, n, i, "flags");
  return m;
}
function changeGroup(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "id" && k !== "weight") checkInherited(g, k, a, n, i);
  const m: Made = { id: number(g.id, a, n, i, "id") };
  const $weight = g.weight; if ($weight !== undefined) m.weight = number($weight, a, n, i, "weight");
  return m;
}
function filterSettings(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "classid" && k !== "actions" && k !== "skip_hw" && k !== "skip_sw" && k !== "match" && k !== "keys" && k !== "mask") checkInherited(g, k, a, n, i);
  const m: Made = {  };
  const $classid = g.classid; if ($classid !== undefined) m.classid = string($classid, a, n, i, "classid");
  const $actions = g.actions; if ($actions !== undefined) m.actions = K16($actions, a, n, i, "actions");
  const $skip_hw = g.skip_hw; if ($skip_hw !== undefined) m.skip_hw = boolean($skip_hw, a, n, i, "skip_hw");
  const $skip_sw = g.skip_sw; if ($skip_sw !== undefined) m.skip_sw = boolean($skip_sw, a, n, i, "skip_sw");
  const $match = g.match; if ($match !== undefined) m.match = K17($match, a, n, i, "match");
  const $keys = g.keys; if ($keys !== undefined) m.keys = flowerKeys($keys, a, place(n, i, "keys"));
  const $mask = g.mask; if ($mask !== undefined) m.mask = number($mask, a, n, i, "mask");
  return m;
}
function filterAction(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "control_action" && k !== "order" && k !== "mirred_action" && k !== "direction" && k !== "to_dev" && k !== "rate" && k !== "burst" && k !== "mtu" && k !== "conform_action" && k !== "queue_mapping" && k !== "priority" && k !== "mark" && k !== "mask" && k !== "ptype" && k !== "vlan_action" && k !== "id" && k !== "protocol") checkInherited(g, k, a, n, i);
  const m: Made = { kind: string(g.kind, a, n, i, "kind") };
  const $control_action = g.control_action; if ($control_action !== undefined) m.control_action = filterActionControl_action($control_action, a, place(n, i, "control_action"));
  const $order = g.order; if ($order !== undefined) m.order = number($order, a, n, i, "order");
  const $mirred_action = g.mirred_action; if ($mirred_action !== undefined) m.mirred_action = K11($mirred_action, a, n, i, "mirred_action");
  const $direction = g.direction; if ($direction !== undefined) m.direction = K12($direction, a, n, i, "direction");
  const $to_dev = g.to_dev; if ($to_dev !== undefined) m.to_dev = string($to_dev, a, n, i, "to_dev");
  const $rate = g.rate; if ($rate !== undefined) m.rate = number($rate, a, n, i, "rate");
  const $burst = g.burst; if ($burst !== undefined) m.burst = number($burst, a, n, i, "burst");
  const $mtu = g.mtu; if ($mtu !== undefined) m.mtu = number($mtu, a, n, i, "mtu");
  const $conform_action = g.conform_action; if ($conform_action !== undefined) m.conform_action = filterActionConform_action($conform_action, a, place(n, i, "conform_action"));
  const $queue_mapping = g.queue_mapping; if ($queue_mapping !== undefined) m.queue_mapping = number($queue_mapping, a, n, i, "queue_mapping");
  const $priority = g.priority; if ($priority !== undefined) m.priority = K2($priority, a, n, i, "priority");
  const $mark = g.mark; if ($mark !== undefined) m.mark = number($mark, a, n, i, "mark");
  const $mask = g.mask; if ($mask !== undefined) m.mask = string($mask, a, n, i, "mask");
  const $ptype = g.ptype; if ($ptype !== undefined) m.ptype = K13($ptype, a, n, i, "ptype");
  const $vlan_action = g.vlan_action; if ($vlan_action !== undefined) m.vlan_action = K14($vlan_action, a, n, i, "vlan_action");
  const $id = g.id; if ($id !== undefined) m.id = number($id, a, n, i, "id");
  const $protocol = g.protocol; if ($protocol !== undefined) m.protocol = K15($protocol, a, n, i, "protocol");
  return m;
}
function filterActionControl_action(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "type") checkInherited(g, k, a, n, i);
  const m: Made = { type: K10(g.type, a, n, i, "type") };
  return m;
}
function filterActionConform_action(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "type") checkInherited(g, k, a, n, i);
  const m: Made = { type: K10(g.type, a, n, i, "type") };
  return m;
}
function filterSettingsMatch(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "value" && k !== "mask" && k !== "off") checkInherited(g, k, a, n, i);
  const m: Made = { value: string(g.value, a, n, i, "value"), mask: string(g.mask, a, n, i, "mask"), off: number(g.off, a, n, i, "off") };
  return m;
}
function flowerKeys(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "dst_mac" && k !== "src_mac" && k !== "vlan_id" && k !== "vlan_prio" && k !== "ip_proto" && k !== "src_ip" && k !== "dst_ip" && k !== "src_port" && k !== "dst_port" && k !== "eth_type") checkInherited(g, k, a, n, i);
  const m: Made = {  };
  const $dst_mac = g.dst_mac; if ($dst_mac !== undefined) m.dst_mac = string($dst_mac, a, n, i, "dst_mac");
  const $src_mac = g.src_mac; if ($src_mac !== undefined) m.src_mac = string($src_mac, a, n, i, "src_mac");
  const $vlan_id = g.vlan_id; if ($vlan_id !== undefined) m.vlan_id = number($vlan_id, a, n, i, "vlan_id");
  const $vlan_prio = g.vlan_prio; if ($vlan_prio !== undefined) m.vlan_prio = number($vlan_prio, a, n, i, "vlan_prio");
  const $ip_proto = g.ip_proto; if ($ip_proto !== undefined) m.ip_proto = string($ip_proto, a, n, i, "ip_proto");
  const $src_ip = g.src_ip; if ($src_ip !== undefined) m.src_ip = string($src_ip, a, n, i, "src_ip");
  const $dst_ip = g.dst_ip; if ($dst_ip !== undefined) m.dst_ip = string($dst_ip, a, n, i, "dst_ip");
  const $src_port = g.src_port; if ($src_port !== undefined) m.src_port = number($src_port, a, n, i, "src_port");
  const $dst_port = g.dst_port; if ($dst_port !== undefined) m.dst_port = number($dst_port, a, n, i, "dst_port");
  const $eth_type = g.eth_type; if ($eth_type !== undefined) m.eth_type = string($eth_type, a, n, i, "eth_type");
  return m;
}

/** What is changed, by what it is. */
export const VALUES = { change: change as ValueCheck } as const;
