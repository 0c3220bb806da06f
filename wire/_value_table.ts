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

import { bigint, boolean, bytes, checkInherited, each, list, number, numberOr, objectAt, oneOf, only, place, string, tuple, type Made, type ValueCheck } from "../core/value_kinds.ts";

const K1 = numberOr(oneOf("A", "NS", "CNAME", "SOA", "PTR", "HINFO", "MX", "TXT", "AAAA", "SRV", "NAPTR", "DNAME", "OPT", "DS", "SSHFP", "RRSIG", "NSEC", "DNSKEY", "NSEC3", "NSEC3PARAM", "TLSA", "SVCB", "HTTPS", "TSIG", "IXFR", "AXFR", "ANY", "CAA"));
const K2 = each(dnsQuestion);
const K3 = list(bytes);
const K4 = each(dnsRecordOptions);
const K5 = oneOf("A", "AAAA", "NS", "CNAME", "PTR", "MX", "TXT", "SOA", "SRV", "OPT");
const K6 = each(dnsRecord);
const K7 = each(geneveOption);
const K8 = each(mplsLabel);
const K9 = oneOf("incoming", "subIp", "outgoing", "nextHop");
const K10 = oneOf("mpls", "interface", "interfaceByName", "interfaceByIndex", "interfaceByAddress", "other");
const K11 = each(icmpObject);
const K12 = each(icmpv4Router);
const K13 = oneOf("echoRequest", "echoReply", "informationRequest", "informationReply", "destinationUnreachable", "timeExceeded", "parameterProblem", "sourceQuench", "redirect", "timestampRequest", "timestampReply", "addressMaskRequest", "addressMaskReply", "routerAdvertisement", "routerSolicitation", "extendedEchoRequest", "extendedEchoReply", "other");
const K14 = oneOf("medium", "high", "reserved", "low");
const K15 = list(string);
const K16 = oneOf("sourceLinkAddress", "targetLinkAddress", "prefixInformation", "routeInformation", "redirectedHeader", "mtu", "nonce", "dnsServers", "dnsSearchList", "other");
const K17 = each(ndpOption);
const K18 = numberOr(oneOf("modeIsInclude", "modeIsExclude", "changeToInclude", "changeToExclude", "allowNewSources", "blockOldSources"));
const K19 = each(groupRecord);
const K20 = oneOf("echoRequest", "echoReply", "destinationUnreachable", "timeExceeded", "packetTooBig", "parameterProblem", "routerSolicitation", "routerAdvertisement", "neighborSolicitation", "neighborAdvertisement", "redirect", "mldQuery", "mldReport", "mldDone", "mldQueryV2", "mldReportV2", "extendedEchoRequest", "extendedEchoReply", "other");
const K21 = oneOf("query", "queryV3", "reportV1", "reportV2", "leave", "reportV3", "other");
const K22 = oneOf("end", "nop", "recordRoute", "looseSourceRoute", "strictSourceRoute", "routerAlert", "other");
const K23 = each(ipv4Option);
const K24 = oneOf("pad1", "padN", "routerAlert", "jumboPayload", "tunnelEncapsulationLimit", "homeAddress", "other");
const K25 = each(ipv6Option);
const K26 = oneOf("sourceRoute", "mobile", "segments", "other");
const K27 = each(sctpChunk);
const K28 = oneOf("payload", "control");
const K29 = tuple(number, number);
const K30 = list(K29);
const K31 = oneOf("seconds", "minutes");
const K32 = numberOr(oneOf("capable", "join", "dss", "addAddress", "removeAddress", "priority", "fail", "fastClose", "reset"));
const K33 = oneOf("end", "nop", "sackPermitted", "maximumSegmentSize", "windowScale", "sack", "timestamps", "md5", "userTimeout", "authentication", "mptcp", "fastOpen", "other");
const K34 = each(tcpOption);

function arp(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "operation" && k !== "hardwareType" && k !== "protocolType" && k !== "senderHardware" && k !== "senderAddress" && k !== "targetHardware" && k !== "targetAddress") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("arp", g.kind, a, n, i, "kind"), operation: number(g.operation, a, n, i, "operation"), senderHardware: string(g.senderHardware, a, n, i, "senderHardware"), senderAddress: string(g.senderAddress, a, n, i, "senderAddress"), targetHardware: string(g.targetHardware, a, n, i, "targetHardware"), targetAddress: string(g.targetAddress, a, n, i, "targetAddress") };
  const $hardwareType = g.hardwareType; if ($hardwareType !== undefined) m.hardwareType = number($hardwareType, a, n, i, "hardwareType");
  const $protocolType = g.protocolType; if ($protocolType !== undefined) m.protocolType = number($protocolType, a, n, i, "protocolType");
  return m;
}
function dns(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "id" && k !== "response" && k !== "opcode" && k !== "authoritative" && k !== "truncated" && k !== "recursionDesired" && k !== "recursionAvailable" && k !== "reservedFlag" && k !== "authenticData" && k !== "checkingDisabled" && k !== "responseCode" && k !== "questions" && k !== "answers" && k !== "authorities" && k !== "additionals") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("dns", g.kind, a, n, i, "kind"), id: number(g.id, a, n, i, "id") };
  const $response = g.response; if ($response !== undefined) m.response = boolean($response, a, n, i, "response");
  const $opcode = g.opcode; if ($opcode !== undefined) m.opcode = number($opcode, a, n, i, "opcode");
  const $authoritative = g.authoritative; if ($authoritative !== undefined) m.authoritative = boolean($authoritative, a, n, i, "authoritative");
  const $truncated = g.truncated; if ($truncated !== undefined) m.truncated = boolean($truncated, a, n, i, "truncated");
  const $recursionDesired = g.recursionDesired; if ($recursionDesired !== undefined) m.recursionDesired = boolean($recursionDesired, a, n, i, "recursionDesired");
  const $recursionAvailable = g.recursionAvailable; if ($recursionAvailable !== undefined) m.recursionAvailable = boolean($recursionAvailable, a, n, i, "recursionAvailable");
  const $reservedFlag = g.reservedFlag; if ($reservedFlag !== undefined) m.reservedFlag = boolean($reservedFlag, a, n, i, "reservedFlag");
  const $authenticData = g.authenticData; if ($authenticData !== undefined) m.authenticData = boolean($authenticData, a, n, i, "authenticData");
  const $checkingDisabled = g.checkingDisabled; if ($checkingDisabled !== undefined) m.checkingDisabled = boolean($checkingDisabled, a, n, i, "checkingDisabled");
  const $responseCode = g.responseCode; if ($responseCode !== undefined) m.responseCode = number($responseCode, a, n, i, "responseCode");
  const $questions = g.questions; if ($questions !== undefined) m.questions = K2($questions, a, n, i, "questions");
  const $answers = g.answers; if ($answers !== undefined) m.answers = K6($answers, a, n, i, "answers");
  const $authorities = g.authorities; if ($authorities !== undefined) m.authorities = K6($authorities, a, n, i, "authorities");
  const $additionals = g.additionals; if ($additionals !== undefined) m.additionals = K6($additionals, a, n, i, "additionals");
  return m;
}
function dnsQuestion(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "name" && k !== "type" && k !== "class") checkInherited(g, k, a, n, i);
  const m: Made = { name: string(g.name, a, n, i, "name"), type: K1(g.type, a, n, i, "type") };
  const $class = g.class; if ($class !== undefined) m.class = number($class, a, n, i, "class");
  return m;
}
function dnsRecord(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.type;
  if (f === "A" || f === "AAAA") {
    for (const k in g) if (k !== "name" && k !== "class" && k !== "ttl" && k !== "type" && k !== "address") checkInherited(g, k, a, n, i);
    const m: Made = { name: string(g.name, a, n, i, "name"), type: f, address: string(g.address, a, n, i, "address") };
    const $class = g.class; if ($class !== undefined) m.class = number($class, a, n, i, "class");
    const $ttl = g.ttl; if ($ttl !== undefined) m.ttl = number($ttl, a, n, i, "ttl");
    return m;
  }
  if (f === "NS" || f === "CNAME" || f === "PTR") {
    for (const k in g) if (k !== "name" && k !== "class" && k !== "ttl" && k !== "type" && k !== "target") checkInherited(g, k, a, n, i);
    const m: Made = { name: string(g.name, a, n, i, "name"), type: f, target: string(g.target, a, n, i, "target") };
    const $class = g.class; if ($class !== undefined) m.class = number($class, a, n, i, "class");
    const $ttl = g.ttl; if ($ttl !== undefined) m.ttl = number($ttl, a, n, i, "ttl");
    return m;
  }
  if (f === "MX") {
    for (const k in g) if (k !== "name" && k !== "class" && k !== "ttl" && k !== "type" && k !== "preference" && k !== "exchange") checkInherited(g, k, a, n, i);
    const m: Made = { name: string(g.name, a, n, i, "name"), type: f, preference: number(g.preference, a, n, i, "preference"), exchange: string(g.exchange, a, n, i, "exchange") };
    const $class = g.class; if ($class !== undefined) m.class = number($class, a, n, i, "class");
    const $ttl = g.ttl; if ($ttl !== undefined) m.ttl = number($ttl, a, n, i, "ttl");
    return m;
  }
  if (f === "TXT") {
    for (const k in g) if (k !== "name" && k !== "class" && k !== "ttl" && k !== "type" && k !== "strings") checkInherited(g, k, a, n, i);
    const m: Made = { name: string(g.name, a, n, i, "name"), type: f, strings: K3(g.strings, a, n, i, "strings") };
    const $class = g.class; if ($class !== undefined) m.class = number($class, a, n, i, "class");
    const $ttl = g.ttl; if ($ttl !== undefined) m.ttl = number($ttl, a, n, i, "ttl");
    return m;
  }
  if (f === "SOA") {
    for (const k in g) if (k !== "name" && k !== "class" && k !== "ttl" && k !== "type" && k !== "primary" && k !== "responsible" && k !== "serial" && k !== "refresh" && k !== "retry" && k !== "expire" && k !== "minimum") checkInherited(g, k, a, n, i);
    const m: Made = { name: string(g.name, a, n, i, "name"), type: f, primary: string(g.primary, a, n, i, "primary"), responsible: string(g.responsible, a, n, i, "responsible"), serial: number(g.serial, a, n, i, "serial"), refresh: number(g.refresh, a, n, i, "refresh"), retry: number(g.retry, a, n, i, "retry"), expire: number(g.expire, a, n, i, "expire"), minimum: number(g.minimum, a, n, i, "minimum") };
    const $class = g.class; if ($class !== undefined) m.class = number($class, a, n, i, "class");
    const $ttl = g.ttl; if ($ttl !== undefined) m.ttl = number($ttl, a, n, i, "ttl");
    return m;
  }
  if (f === "SRV") {
    for (const k in g) if (k !== "name" && k !== "class" && k !== "ttl" && k !== "type" && k !== "priority" && k !== "weight" && k !== "port" && k !== "target") checkInherited(g, k, a, n, i);
    const m: Made = { name: string(g.name, a, n, i, "name"), type: f, priority: number(g.priority, a, n, i, "priority"), weight: number(g.weight, a, n, i, "weight"), port: number(g.port, a, n, i, "port"), target: string(g.target, a, n, i, "target") };
    const $class = g.class; if ($class !== undefined) m.class = number($class, a, n, i, "class");
    const $ttl = g.ttl; if ($ttl !== undefined) m.ttl = number($ttl, a, n, i, "ttl");
    return m;
  }
  if (f === "OPT") {
    for (const k in g) if (k !== "type" && k !== "name" && k !== "udpPayloadSize" && k !== "extendedResponseCode" && k !== "version" && k !== "flags" && k !== "options") checkInherited(g, k, a, n, i);
    const m: Made = { type: f, name: string(g.name, a, n, i, "name"), udpPayloadSize: number(g.udpPayloadSize, a, n, i, "udpPayloadSize"), extendedResponseCode: number(g.extendedResponseCode, a, n, i, "extendedResponseCode"), version: number(g.version, a, n, i, "version"), flags: number(g.flags, a, n, i, "flags"), options: K4(g.options, a, n, i, "options") };
    return m;
  }
  if (typeof f === "number") {
    for (const k in g) if (k !== "name" && k !== "class" && k !== "ttl" && k !== "type" && k !== "data") checkInherited(g, k, a, n, i);
    const m: Made = { name: string(g.name, a, n, i, "name"), type: f, data: bytes(g.data, a, n, i, "data") };
    const $class = g.class; if ($class !== undefined) m.class = number($class, a, n, i, "class");
    const $ttl = g.ttl; if ($ttl !== undefined) m.ttl = number($ttl, a, n, i, "ttl");
    return m;
  }
  return K5(f, a, n, i, "type") as never;
}
function dnsRecordOptions(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "code" && k !== "data") checkInherited(g, k, a, n, i);
  const m: Made = { code: number(g.code, a, n, i, "code"), data: bytes(g.data, a, n, i, "data") };
  return m;
}
function ethernet(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "destination" && k !== "source" && k !== "etherType") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("ethernet", g.kind, a, n, i, "kind"), destination: string(g.destination, a, n, i, "destination"), source: string(g.source, a, n, i, "source") };
  const $etherType = g.etherType; if ($etherType !== undefined) m.etherType = number($etherType, a, n, i, "etherType");
  return m;
}
function geneve(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "vni" && k !== "protocol" && k !== "control" && k !== "critical" && k !== "options" && k !== "reserved1" && k !== "reserved2") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("geneve", g.kind, a, n, i, "kind"), vni: number(g.vni, a, n, i, "vni") };
  const $protocol = g.protocol; if ($protocol !== undefined) m.protocol = number($protocol, a, n, i, "protocol");
  const $control = g.control; if ($control !== undefined) m.control = boolean($control, a, n, i, "control");
  const $critical = g.critical; if ($critical !== undefined) m.critical = boolean($critical, a, n, i, "critical");
  const $options = g.options; if ($options !== undefined) m.options = K7($options, a, n, i, "options");
  const $reserved1 = g.reserved1; if ($reserved1 !== undefined) m.reserved1 = number($reserved1, a, n, i, "reserved1");
  const $reserved2 = g.reserved2; if ($reserved2 !== undefined) m.reserved2 = number($reserved2, a, n, i, "reserved2");
  return m;
}
function geneveOption(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "class" && k !== "type" && k !== "data" && k !== "reserved") checkInherited(g, k, a, n, i);
  const m: Made = { class: number(g.class, a, n, i, "class"), type: number(g.type, a, n, i, "type") };
  const $data = g.data; if ($data !== undefined) m.data = bytes($data, a, n, i, "data");
  const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = number($reserved, a, n, i, "reserved");
  return m;
}
function gre(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "protocol" && k !== "version" && k !== "hasChecksum" && k !== "checksum" && k !== "key" && k !== "sequence" && k !== "acknowledgment" && k !== "reserved" && k !== "reserved1") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("gre", g.kind, a, n, i, "kind") };
  const $protocol = g.protocol; if ($protocol !== undefined) m.protocol = number($protocol, a, n, i, "protocol");
  const $version = g.version; if ($version !== undefined) m.version = number($version, a, n, i, "version");
  const $hasChecksum = g.hasChecksum; if ($hasChecksum !== undefined) m.hasChecksum = boolean($hasChecksum, a, n, i, "hasChecksum");
  const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
  const $key = g.key; if ($key !== undefined) m.key = number($key, a, n, i, "key");
  const $sequence = g.sequence; if ($sequence !== undefined) m.sequence = number($sequence, a, n, i, "sequence");
  const $acknowledgment = g.acknowledgment; if ($acknowledgment !== undefined) m.acknowledgment = number($acknowledgment, a, n, i, "acknowledgment");
  const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = number($reserved, a, n, i, "reserved");
  const $reserved1 = g.reserved1; if ($reserved1 !== undefined) m.reserved1 = number($reserved1, a, n, i, "reserved1");
  return m;
}
function hip(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "nextHeader" && k !== "type" && k !== "version" && k !== "controls" && k !== "senderTag" && k !== "receiverTag" && k !== "parameters" && k !== "checksum") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("hip", g.kind, a, n, i, "kind"), type: number(g.type, a, n, i, "type"), senderTag: string(g.senderTag, a, n, i, "senderTag"), receiverTag: string(g.receiverTag, a, n, i, "receiverTag") };
  const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
  const $nextHeader = g.nextHeader; if ($nextHeader !== undefined) m.nextHeader = number($nextHeader, a, n, i, "nextHeader");
  const $version = g.version; if ($version !== undefined) m.version = number($version, a, n, i, "version");
  const $controls = g.controls; if ($controls !== undefined) m.controls = number($controls, a, n, i, "controls");
  const $parameters = g.parameters; if ($parameters !== undefined) m.parameters = bytes($parameters, a, n, i, "parameters");
  const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
  return m;
}
function icmpv4(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.message;
  if (f === "echoRequest" || f === "echoReply" || f === "informationRequest" || f === "informationReply") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "identifier" && k !== "sequence") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f, identifier: number(g.identifier, a, n, i, "identifier"), sequence: number(g.sequence, a, n, i, "sequence") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "destinationUnreachable") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "quoted" && k !== "extensions" && k !== "message" && k !== "nextHopMtu") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    const $quoted = g.quoted; if ($quoted !== undefined) m.quoted = bytes($quoted, a, n, i, "quoted");
    const $extensions = g.extensions; if ($extensions !== undefined) m.extensions = icmpExtensions($extensions, a, place(n, i, "extensions"));
    const $nextHopMtu = g.nextHopMtu; if ($nextHopMtu !== undefined) m.nextHopMtu = number($nextHopMtu, a, n, i, "nextHopMtu");
    return m;
  }
  if (f === "timeExceeded") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "quoted" && k !== "extensions" && k !== "message") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    const $quoted = g.quoted; if ($quoted !== undefined) m.quoted = bytes($quoted, a, n, i, "quoted");
    const $extensions = g.extensions; if ($extensions !== undefined) m.extensions = icmpExtensions($extensions, a, place(n, i, "extensions"));
    return m;
  }
  if (f === "parameterProblem") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "quoted" && k !== "extensions" && k !== "message" && k !== "pointer") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    const $quoted = g.quoted; if ($quoted !== undefined) m.quoted = bytes($quoted, a, n, i, "quoted");
    const $extensions = g.extensions; if ($extensions !== undefined) m.extensions = icmpExtensions($extensions, a, place(n, i, "extensions"));
    const $pointer = g.pointer; if ($pointer !== undefined) m.pointer = number($pointer, a, n, i, "pointer");
    return m;
  }
  if (f === "sourceQuench") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "redirect") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "gateway") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f, gateway: string(g.gateway, a, n, i, "gateway") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "timestampRequest" || f === "timestampReply") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "identifier" && k !== "sequence" && k !== "originate" && k !== "receive" && k !== "transmit") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f, identifier: number(g.identifier, a, n, i, "identifier"), sequence: number(g.sequence, a, n, i, "sequence"), originate: number(g.originate, a, n, i, "originate"), receive: number(g.receive, a, n, i, "receive"), transmit: number(g.transmit, a, n, i, "transmit") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "addressMaskRequest" || f === "addressMaskReply") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "identifier" && k !== "sequence" && k !== "mask") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f, identifier: number(g.identifier, a, n, i, "identifier"), sequence: number(g.sequence, a, n, i, "sequence"), mask: string(g.mask, a, n, i, "mask") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "routerAdvertisement") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "lifetimeSeconds" && k !== "routers") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f, lifetimeSeconds: number(g.lifetimeSeconds, a, n, i, "lifetimeSeconds"), routers: K12(g.routers, a, n, i, "routers") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "routerSolicitation") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "extendedEchoRequest") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "identifier" && k !== "sequence" && k !== "local" && k !== "extensions") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f, identifier: number(g.identifier, a, n, i, "identifier"), sequence: number(g.sequence, a, n, i, "sequence"), local: boolean(g.local, a, n, i, "local") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    const $extensions = g.extensions; if ($extensions !== undefined) m.extensions = icmpExtensions($extensions, a, place(n, i, "extensions"));
    return m;
  }
  if (f === "extendedEchoReply") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "identifier" && k !== "sequence" && k !== "state" && k !== "active" && k !== "ipv4" && k !== "ipv6") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f, identifier: number(g.identifier, a, n, i, "identifier"), sequence: number(g.sequence, a, n, i, "sequence"), state: number(g.state, a, n, i, "state"), active: boolean(g.active, a, n, i, "active"), ipv4: boolean(g.ipv4, a, n, i, "ipv4"), ipv6: boolean(g.ipv6, a, n, i, "ipv6") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "other") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "type" && k !== "rest") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv4", g.kind, a, n, i, "kind"), message: f, type: number(g.type, a, n, i, "type"), rest: number(g.rest, a, n, i, "rest") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  return K13(f, a, n, i, "message") as never;
}
function icmpExtensions(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "objects" && k !== "checksum") checkInherited(g, k, a, n, i);
  const m: Made = { objects: K11(g.objects, a, n, i, "objects") };
  const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
  return m;
}
function icmpObject(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.kind;
  if (f === "mpls") {
    for (const k in g) if (k !== "kind" && k !== "labels") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, labels: K8(g.labels, a, n, i, "labels") };
    return m;
  }
  if (f === "interface") {
    for (const k in g) if (k !== "kind" && k !== "role" && k !== "index" && k !== "address" && k !== "name" && k !== "mtu") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, role: K9(g.role, a, n, i, "role") };
    const $index = g.index; if ($index !== undefined) m.index = number($index, a, n, i, "index");
    const $address = g.address; if ($address !== undefined) m.address = string($address, a, n, i, "address");
    const $name = g.name; if ($name !== undefined) m.name = string($name, a, n, i, "name");
    const $mtu = g.mtu; if ($mtu !== undefined) m.mtu = number($mtu, a, n, i, "mtu");
    return m;
  }
  if (f === "interfaceByName") {
    for (const k in g) if (k !== "kind" && k !== "name") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, name: string(g.name, a, n, i, "name") };
    return m;
  }
  if (f === "interfaceByIndex") {
    for (const k in g) if (k !== "kind" && k !== "index") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, index: number(g.index, a, n, i, "index") };
    return m;
  }
  if (f === "interfaceByAddress") {
    for (const k in g) if (k !== "kind" && k !== "address") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, address: string(g.address, a, n, i, "address") };
    return m;
  }
  if (f === "other") {
    for (const k in g) if (k !== "kind" && k !== "class" && k !== "type" && k !== "data") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, class: number(g.class, a, n, i, "class"), type: number(g.type, a, n, i, "type"), data: bytes(g.data, a, n, i, "data") };
    return m;
  }
  return K10(f, a, n, i, "kind") as never;
}
function mplsLabel(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "label" && k !== "trafficClass" && k !== "bottom" && k !== "ttl") checkInherited(g, k, a, n, i);
  const m: Made = { label: number(g.label, a, n, i, "label"), trafficClass: number(g.trafficClass, a, n, i, "trafficClass"), bottom: boolean(g.bottom, a, n, i, "bottom"), ttl: number(g.ttl, a, n, i, "ttl") };
  return m;
}
function icmpv4Router(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "address" && k !== "preference") checkInherited(g, k, a, n, i);
  const m: Made = { address: string(g.address, a, n, i, "address"), preference: number(g.preference, a, n, i, "preference") };
  return m;
}
function icmpv6(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.message;
  if (f === "echoRequest" || f === "echoReply") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "identifier" && k !== "sequence") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, identifier: number(g.identifier, a, n, i, "identifier"), sequence: number(g.sequence, a, n, i, "sequence") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "destinationUnreachable" || f === "timeExceeded") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "quoted" && k !== "extensions" && k !== "message") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    const $quoted = g.quoted; if ($quoted !== undefined) m.quoted = bytes($quoted, a, n, i, "quoted");
    const $extensions = g.extensions; if ($extensions !== undefined) m.extensions = icmpExtensions($extensions, a, place(n, i, "extensions"));
    return m;
  }
  if (f === "packetTooBig") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "mtu") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, mtu: number(g.mtu, a, n, i, "mtu") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "parameterProblem") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "pointer") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, pointer: number(g.pointer, a, n, i, "pointer") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "routerSolicitation") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "options") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, options: K17(g.options, a, n, i, "options") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "routerAdvertisement") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "hopLimit" && k !== "managed" && k !== "otherConfiguration" && k !== "homeAgent" && k !== "preference" && k !== "proxy" && k !== "routerLifetimeSeconds" && k !== "reachableTimeMs" && k !== "retransTimerMs" && k !== "options") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, hopLimit: number(g.hopLimit, a, n, i, "hopLimit"), managed: boolean(g.managed, a, n, i, "managed"), otherConfiguration: boolean(g.otherConfiguration, a, n, i, "otherConfiguration"), routerLifetimeSeconds: number(g.routerLifetimeSeconds, a, n, i, "routerLifetimeSeconds"), reachableTimeMs: number(g.reachableTimeMs, a, n, i, "reachableTimeMs"), retransTimerMs: number(g.retransTimerMs, a, n, i, "retransTimerMs"), options: K17(g.options, a, n, i, "options") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    const $homeAgent = g.homeAgent; if ($homeAgent !== undefined) m.homeAgent = boolean($homeAgent, a, n, i, "homeAgent");
    const $preference = g.preference; if ($preference !== undefined) m.preference = K14($preference, a, n, i, "preference");
    const $proxy = g.proxy; if ($proxy !== undefined) m.proxy = boolean($proxy, a, n, i, "proxy");
    return m;
  }
  if (f === "neighborSolicitation") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "target" && k !== "options") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, target: string(g.target, a, n, i, "target"), options: K17(g.options, a, n, i, "options") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "neighborAdvertisement") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "router" && k !== "solicited" && k !== "override" && k !== "target" && k !== "options") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, router: boolean(g.router, a, n, i, "router"), solicited: boolean(g.solicited, a, n, i, "solicited"), override: boolean(g.override, a, n, i, "override"), target: string(g.target, a, n, i, "target"), options: K17(g.options, a, n, i, "options") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "redirect") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "target" && k !== "destination" && k !== "options") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, target: string(g.target, a, n, i, "target"), destination: string(g.destination, a, n, i, "destination"), options: K17(g.options, a, n, i, "options") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "mldQuery" || f === "mldReport" || f === "mldDone") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "maxResponseDelayMs" && k !== "group") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, group: string(g.group, a, n, i, "group") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    const $maxResponseDelayMs = g.maxResponseDelayMs; if ($maxResponseDelayMs !== undefined) m.maxResponseDelayMs = number($maxResponseDelayMs, a, n, i, "maxResponseDelayMs");
    return m;
  }
  if (f === "mldQueryV2") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "suppress" && k !== "robustness" && k !== "intervalCode" && k !== "sources" && k !== "message" && k !== "maxResponseCode" && k !== "group") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), suppress: boolean(g.suppress, a, n, i, "suppress"), robustness: number(g.robustness, a, n, i, "robustness"), intervalCode: number(g.intervalCode, a, n, i, "intervalCode"), sources: K15(g.sources, a, n, i, "sources"), message: f, maxResponseCode: number(g.maxResponseCode, a, n, i, "maxResponseCode"), group: string(g.group, a, n, i, "group") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "mldReportV2") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "records") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, records: K19(g.records, a, n, i, "records") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "extendedEchoRequest") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "identifier" && k !== "sequence" && k !== "local" && k !== "extensions") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, identifier: number(g.identifier, a, n, i, "identifier"), sequence: number(g.sequence, a, n, i, "sequence"), local: boolean(g.local, a, n, i, "local") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    const $extensions = g.extensions; if ($extensions !== undefined) m.extensions = icmpExtensions($extensions, a, place(n, i, "extensions"));
    return m;
  }
  if (f === "extendedEchoReply") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "identifier" && k !== "sequence" && k !== "state" && k !== "active" && k !== "ipv4" && k !== "ipv6") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, identifier: number(g.identifier, a, n, i, "identifier"), sequence: number(g.sequence, a, n, i, "sequence"), state: number(g.state, a, n, i, "state"), active: boolean(g.active, a, n, i, "active"), ipv4: boolean(g.ipv4, a, n, i, "ipv4"), ipv6: boolean(g.ipv6, a, n, i, "ipv6") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "other") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "code" && k !== "checksum" && k !== "message" && k !== "type" && k !== "rest") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("icmpv6", g.kind, a, n, i, "kind"), message: f, type: number(g.type, a, n, i, "type"), rest: number(g.rest, a, n, i, "rest") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $code = g.code; if ($code !== undefined) m.code = number($code, a, n, i, "code");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  return K20(f, a, n, i, "message") as never;
}
function ndpOption(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.kind;
  if (f === "sourceLinkAddress" || f === "targetLinkAddress") {
    for (const k in g) if (k !== "kind" && k !== "address") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, address: string(g.address, a, n, i, "address") };
    return m;
  }
  if (f === "prefixInformation") {
    for (const k in g) if (k !== "kind" && k !== "prefix" && k !== "prefixLength" && k !== "onLink" && k !== "autonomous" && k !== "routerAddress" && k !== "validLifetimeSeconds" && k !== "preferredLifetimeSeconds") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, prefix: string(g.prefix, a, n, i, "prefix"), prefixLength: number(g.prefixLength, a, n, i, "prefixLength"), onLink: boolean(g.onLink, a, n, i, "onLink"), autonomous: boolean(g.autonomous, a, n, i, "autonomous"), routerAddress: boolean(g.routerAddress, a, n, i, "routerAddress"), validLifetimeSeconds: number(g.validLifetimeSeconds, a, n, i, "validLifetimeSeconds"), preferredLifetimeSeconds: number(g.preferredLifetimeSeconds, a, n, i, "preferredLifetimeSeconds") };
    return m;
  }
  if (f === "routeInformation") {
    for (const k in g) if (k !== "kind" && k !== "prefix" && k !== "prefixLength" && k !== "preference" && k !== "lifetimeSeconds" && k !== "units") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, prefix: string(g.prefix, a, n, i, "prefix"), prefixLength: number(g.prefixLength, a, n, i, "prefixLength"), preference: K14(g.preference, a, n, i, "preference"), lifetimeSeconds: number(g.lifetimeSeconds, a, n, i, "lifetimeSeconds") };
    const $units = g.units; if ($units !== undefined) m.units = number($units, a, n, i, "units");
    return m;
  }
  if (f === "redirectedHeader") {
    for (const k in g) if (k !== "kind" && k !== "packet") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, packet: bytes(g.packet, a, n, i, "packet") };
    return m;
  }
  if (f === "mtu") {
    for (const k in g) if (k !== "kind" && k !== "mtu") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, mtu: number(g.mtu, a, n, i, "mtu") };
    return m;
  }
  if (f === "nonce") {
    for (const k in g) if (k !== "kind" && k !== "nonce") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, nonce: bytes(g.nonce, a, n, i, "nonce") };
    return m;
  }
  if (f === "dnsServers") {
    for (const k in g) if (k !== "kind" && k !== "lifetimeSeconds" && k !== "addresses") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, lifetimeSeconds: number(g.lifetimeSeconds, a, n, i, "lifetimeSeconds"), addresses: K15(g.addresses, a, n, i, "addresses") };
    return m;
  }
  if (f === "dnsSearchList") {
    for (const k in g) if (k !== "kind" && k !== "lifetimeSeconds" && k !== "domains") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, lifetimeSeconds: number(g.lifetimeSeconds, a, n, i, "lifetimeSeconds"), domains: K15(g.domains, a, n, i, "domains") };
    return m;
  }
  if (f === "other") {
    for (const k in g) if (k !== "kind" && k !== "type" && k !== "data") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, type: number(g.type, a, n, i, "type"), data: bytes(g.data, a, n, i, "data") };
    return m;
  }
  return K16(f, a, n, i, "kind") as never;
}
function groupRecord(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "type" && k !== "group" && k !== "sources" && k !== "data") checkInherited(g, k, a, n, i);
  const m: Made = { type: K18(g.type, a, n, i, "type"), group: string(g.group, a, n, i, "group"), sources: K15(g.sources, a, n, i, "sources") };
  const $data = g.data; if ($data !== undefined) m.data = bytes($data, a, n, i, "data");
  return m;
}
function igmp(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.message;
  if (f === "query") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "checksum" && k !== "message" && k !== "maxResponseTenths" && k !== "group") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("igmp", g.kind, a, n, i, "kind"), message: f, maxResponseTenths: number(g.maxResponseTenths, a, n, i, "maxResponseTenths"), group: string(g.group, a, n, i, "group") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "queryV3") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "checksum" && k !== "suppress" && k !== "robustness" && k !== "intervalCode" && k !== "sources" && k !== "message" && k !== "maxResponseCode" && k !== "group") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("igmp", g.kind, a, n, i, "kind"), suppress: boolean(g.suppress, a, n, i, "suppress"), robustness: number(g.robustness, a, n, i, "robustness"), intervalCode: number(g.intervalCode, a, n, i, "intervalCode"), sources: K15(g.sources, a, n, i, "sources"), message: f, maxResponseCode: number(g.maxResponseCode, a, n, i, "maxResponseCode"), group: string(g.group, a, n, i, "group") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "reportV1" || f === "reportV2" || f === "leave") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "checksum" && k !== "message" && k !== "group") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("igmp", g.kind, a, n, i, "kind"), message: f, group: string(g.group, a, n, i, "group") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "reportV3") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "checksum" && k !== "message" && k !== "records") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("igmp", g.kind, a, n, i, "kind"), message: f, records: K19(g.records, a, n, i, "records") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  if (f === "other") {
    for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "checksum" && k !== "message" && k !== "type" && k !== "code" && k !== "rest") checkInherited(g, k, a, n, i);
    const m: Made = { kind: only("igmp", g.kind, a, n, i, "kind"), message: f, type: number(g.type, a, n, i, "type"), code: number(g.code, a, n, i, "code"), rest: number(g.rest, a, n, i, "rest") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  return K21(f, a, n, i, "message") as never;
}
function authentication(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "nextHeader" && k !== "spi" && k !== "sequence" && k !== "icv" && k !== "reserved") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("authentication", g.kind, a, n, i, "kind"), spi: number(g.spi, a, n, i, "spi"), sequence: number(g.sequence, a, n, i, "sequence") };
  const $nextHeader = g.nextHeader; if ($nextHeader !== undefined) m.nextHeader = number($nextHeader, a, n, i, "nextHeader");
  const $icv = g.icv; if ($icv !== undefined) m.icv = bytes($icv, a, n, i, "icv");
  const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = number($reserved, a, n, i, "reserved");
  return m;
}
function esp(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "spi" && k !== "sequence") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("esp", g.kind, a, n, i, "kind"), spi: number(g.spi, a, n, i, "spi"), sequence: number(g.sequence, a, n, i, "sequence") };
  return m;
}
function ipv4(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "source" && k !== "destination" && k !== "tos" && k !== "identification" && k !== "reservedFlag" && k !== "dontFragment" && k !== "moreFragments" && k !== "fragmentOffset" && k !== "ttl" && k !== "protocol" && k !== "options" && k !== "totalLength" && k !== "checksum") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("ipv4", g.kind, a, n, i, "kind"), source: string(g.source, a, n, i, "source"), destination: string(g.destination, a, n, i, "destination") };
  const $tos = g.tos; if ($tos !== undefined) m.tos = number($tos, a, n, i, "tos");
  const $identification = g.identification; if ($identification !== undefined) m.identification = number($identification, a, n, i, "identification");
  const $reservedFlag = g.reservedFlag; if ($reservedFlag !== undefined) m.reservedFlag = boolean($reservedFlag, a, n, i, "reservedFlag");
  const $dontFragment = g.dontFragment; if ($dontFragment !== undefined) m.dontFragment = boolean($dontFragment, a, n, i, "dontFragment");
  const $moreFragments = g.moreFragments; if ($moreFragments !== undefined) m.moreFragments = boolean($moreFragments, a, n, i, "moreFragments");
  const $fragmentOffset = g.fragmentOffset; if ($fragmentOffset !== undefined) m.fragmentOffset = number($fragmentOffset, a, n, i, "fragmentOffset");
  const $ttl = g.ttl; if ($ttl !== undefined) m.ttl = number($ttl, a, n, i, "ttl");
  const $protocol = g.protocol; if ($protocol !== undefined) m.protocol = number($protocol, a, n, i, "protocol");
  const $options = g.options; if ($options !== undefined) m.options = K23($options, a, n, i, "options");
  const $totalLength = g.totalLength; if ($totalLength !== undefined) m.totalLength = number($totalLength, a, n, i, "totalLength");
  const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
  return m;
}
function ipv4Option(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.kind;
  if (f === "end") {
    for (const k in g) if (k !== "kind" && k !== "padding") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, padding: bytes(g.padding, a, n, i, "padding") };
    return m;
  }
  if (f === "nop") {
    for (const k in g) if (k !== "kind") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f };
    return m;
  }
  if (f === "recordRoute" || f === "looseSourceRoute" || f === "strictSourceRoute") {
    for (const k in g) if (k !== "kind" && k !== "pointer" && k !== "addresses") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, pointer: number(g.pointer, a, n, i, "pointer"), addresses: K15(g.addresses, a, n, i, "addresses") };
    return m;
  }
  if (f === "routerAlert") {
    for (const k in g) if (k !== "kind" && k !== "value") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, value: number(g.value, a, n, i, "value") };
    return m;
  }
  if (f === "other") {
    for (const k in g) if (k !== "kind" && k !== "type" && k !== "data") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, type: number(g.type, a, n, i, "type"), data: bytes(g.data, a, n, i, "data") };
    return m;
  }
  return K22(f, a, n, i, "kind") as never;
}
function ipv6(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "source" && k !== "destination" && k !== "trafficClass" && k !== "flowLabel" && k !== "hopLimit" && k !== "nextHeader" && k !== "payloadLength") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("ipv6", g.kind, a, n, i, "kind"), source: string(g.source, a, n, i, "source"), destination: string(g.destination, a, n, i, "destination") };
  const $trafficClass = g.trafficClass; if ($trafficClass !== undefined) m.trafficClass = number($trafficClass, a, n, i, "trafficClass");
  const $flowLabel = g.flowLabel; if ($flowLabel !== undefined) m.flowLabel = number($flowLabel, a, n, i, "flowLabel");
  const $hopLimit = g.hopLimit; if ($hopLimit !== undefined) m.hopLimit = number($hopLimit, a, n, i, "hopLimit");
  const $nextHeader = g.nextHeader; if ($nextHeader !== undefined) m.nextHeader = number($nextHeader, a, n, i, "nextHeader");
  const $payloadLength = g.payloadLength; if ($payloadLength !== undefined) m.payloadLength = number($payloadLength, a, n, i, "payloadLength");
  return m;
}
function ipv6Fragment(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "nextHeader" && k !== "fragmentOffset" && k !== "moreFragments" && k !== "identification" && k !== "reserved") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("fragment", g.kind, a, n, i, "kind"), identification: number(g.identification, a, n, i, "identification") };
  const $nextHeader = g.nextHeader; if ($nextHeader !== undefined) m.nextHeader = number($nextHeader, a, n, i, "nextHeader");
  const $fragmentOffset = g.fragmentOffset; if ($fragmentOffset !== undefined) m.fragmentOffset = number($fragmentOffset, a, n, i, "fragmentOffset");
  const $moreFragments = g.moreFragments; if ($moreFragments !== undefined) m.moreFragments = boolean($moreFragments, a, n, i, "moreFragments");
  const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = number($reserved, a, n, i, "reserved");
  return m;
}
function hopByHop(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "nextHeader" && k !== "options") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("hopByHop", g.kind, a, n, i, "kind") };
  const $nextHeader = g.nextHeader; if ($nextHeader !== undefined) m.nextHeader = number($nextHeader, a, n, i, "nextHeader");
  const $options = g.options; if ($options !== undefined) m.options = K25($options, a, n, i, "options");
  return m;
}
function ipv6Option(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.kind;
  if (f === "pad1") {
    for (const k in g) if (k !== "kind") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f };
    return m;
  }
  if (f === "padN") {
    for (const k in g) if (k !== "kind" && k !== "data") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, data: bytes(g.data, a, n, i, "data") };
    return m;
  }
  if (f === "routerAlert") {
    for (const k in g) if (k !== "kind" && k !== "value") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, value: number(g.value, a, n, i, "value") };
    return m;
  }
  if (f === "jumboPayload") {
    for (const k in g) if (k !== "kind" && k !== "length") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, length: number(g.length, a, n, i, "length") };
    return m;
  }
  if (f === "tunnelEncapsulationLimit") {
    for (const k in g) if (k !== "kind" && k !== "limit") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, limit: number(g.limit, a, n, i, "limit") };
    return m;
  }
  if (f === "homeAddress") {
    for (const k in g) if (k !== "kind" && k !== "address") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, address: string(g.address, a, n, i, "address") };
    return m;
  }
  if (f === "other") {
    for (const k in g) if (k !== "kind" && k !== "type" && k !== "data") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, type: number(g.type, a, n, i, "type"), data: bytes(g.data, a, n, i, "data") };
    return m;
  }
  return K24(f, a, n, i, "kind") as never;
}
function destinationOptions(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "nextHeader" && k !== "options") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("destinationOptions", g.kind, a, n, i, "kind") };
  const $nextHeader = g.nextHeader; if ($nextHeader !== undefined) m.nextHeader = number($nextHeader, a, n, i, "nextHeader");
  const $options = g.options; if ($options !== undefined) m.options = K25($options, a, n, i, "options");
  return m;
}
function ipv6Routing(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "nextHeader" && k !== "segmentsLeft" && k !== "route") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("routing", g.kind, a, n, i, "kind"), segmentsLeft: number(g.segmentsLeft, a, n, i, "segmentsLeft"), route: ipv6Route(g.route, a, place(n, i, "route")) };
  const $nextHeader = g.nextHeader; if ($nextHeader !== undefined) m.nextHeader = number($nextHeader, a, n, i, "nextHeader");
  return m;
}
function ipv6Route(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.kind;
  if (f === "sourceRoute" || f === "mobile") {
    for (const k in g) if (k !== "kind" && k !== "addresses" && k !== "reserved") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, addresses: K15(g.addresses, a, n, i, "addresses") };
    const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = number($reserved, a, n, i, "reserved");
    return m;
  }
  if (f === "segments") {
    for (const k in g) if (k !== "kind" && k !== "segments" && k !== "lastEntry" && k !== "flags" && k !== "tag" && k !== "tlvs") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, segments: K15(g.segments, a, n, i, "segments") };
    const $lastEntry = g.lastEntry; if ($lastEntry !== undefined) m.lastEntry = number($lastEntry, a, n, i, "lastEntry");
    const $flags = g.flags; if ($flags !== undefined) m.flags = number($flags, a, n, i, "flags");
    const $tag = g.tag; if ($tag !== undefined) m.tag = number($tag, a, n, i, "tag");
    const $tlvs = g.tlvs; if ($tlvs !== undefined) m.tlvs = bytes($tlvs, a, n, i, "tlvs");
    return m;
  }
  if (f === "other") {
    for (const k in g) if (k !== "kind" && k !== "type" && k !== "data") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, type: number(g.type, a, n, i, "type"), data: bytes(g.data, a, n, i, "data") };
    return m;
  }
  return K26(f, a, n, i, "kind") as never;
}
function llc(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "dsap" && k !== "ssap" && k !== "control") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("llc", g.kind, a, n, i, "kind") };
  const $dsap = g.dsap; if ($dsap !== undefined) m.dsap = number($dsap, a, n, i, "dsap");
  const $ssap = g.ssap; if ($ssap !== undefined) m.ssap = number($ssap, a, n, i, "ssap");
  const $control = g.control; if ($control !== undefined) m.control = number($control, a, n, i, "control");
  return m;
}
function snap(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "oui" && k !== "protocol") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("snap", g.kind, a, n, i, "kind") };
  const $oui = g.oui; if ($oui !== undefined) m.oui = number($oui, a, n, i, "oui");
  const $protocol = g.protocol; if ($protocol !== undefined) m.protocol = number($protocol, a, n, i, "protocol");
  return m;
}
function mobility(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "nextHeader" && k !== "type" && k !== "data" && k !== "reserved" && k !== "checksum") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("mobility", g.kind, a, n, i, "kind"), type: number(g.type, a, n, i, "type") };
  const $nextHeader = g.nextHeader; if ($nextHeader !== undefined) m.nextHeader = number($nextHeader, a, n, i, "nextHeader");
  const $data = g.data; if ($data !== undefined) m.data = bytes($data, a, n, i, "data");
  const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = number($reserved, a, n, i, "reserved");
  const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
  return m;
}
function payload(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "data") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("payload", g.kind, a, n, i, "kind"), data: bytes(g.data, a, n, i, "data") };
  return m;
}
function sctp(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "reserved" && k !== "kind" && k !== "sourcePort" && k !== "destinationPort" && k !== "verificationTag" && k !== "chunks" && k !== "checksum") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("sctp", g.kind, a, n, i, "kind"), sourcePort: number(g.sourcePort, a, n, i, "sourcePort"), destinationPort: number(g.destinationPort, a, n, i, "destinationPort"), verificationTag: number(g.verificationTag, a, n, i, "verificationTag"), chunks: K27(g.chunks, a, n, i, "chunks") };
  const $reserved = g.reserved; if ($reserved !== undefined) m.reserved = bytes($reserved, a, n, i, "reserved");
  const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
  return m;
}
function sctpChunk(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "type" && k !== "flags" && k !== "value") checkInherited(g, k, a, n, i);
  const m: Made = { type: number(g.type, a, n, i, "type"), value: bytes(g.value, a, n, i, "value") };
  const $flags = g.flags; if ($flags !== undefined) m.flags = number($flags, a, n, i, "flags");
  return m;
}
function shim6(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "nextHeader" && k !== "message") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("shim6", g.kind, a, n, i, "kind"), message: shim6Message(g.message, a, place(n, i, "message")) };
  const $nextHeader = g.nextHeader; if ($nextHeader !== undefined) m.nextHeader = number($nextHeader, a, n, i, "nextHeader");
  return m;
}
function shim6Message(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.kind;
  if (f === "payload") {
    for (const k in g) if (k !== "kind" && k !== "contextTag") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, contextTag: bigint(g.contextTag, a, n, i, "contextTag") };
    return m;
  }
  if (f === "control") {
    for (const k in g) if (k !== "kind" && k !== "type" && k !== "typeSpecific" && k !== "data" && k !== "checksum") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, type: number(g.type, a, n, i, "type") };
    const $typeSpecific = g.typeSpecific; if ($typeSpecific !== undefined) m.typeSpecific = number($typeSpecific, a, n, i, "typeSpecific");
    const $data = g.data; if ($data !== undefined) m.data = bytes($data, a, n, i, "data");
    const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
    return m;
  }
  return K28(f, a, n, i, "kind") as never;
}
function tcp(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "sourcePort" && k !== "destinationPort" && k !== "sequence" && k !== "acknowledgment" && k !== "flags" && k !== "window" && k !== "urgentPointer" && k !== "options" && k !== "dataOffset" && k !== "checksum") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("tcp", g.kind, a, n, i, "kind"), sourcePort: number(g.sourcePort, a, n, i, "sourcePort"), destinationPort: number(g.destinationPort, a, n, i, "destinationPort") };
  const $sequence = g.sequence; if ($sequence !== undefined) m.sequence = number($sequence, a, n, i, "sequence");
  const $acknowledgment = g.acknowledgment; if ($acknowledgment !== undefined) m.acknowledgment = number($acknowledgment, a, n, i, "acknowledgment");
  const $flags = g.flags; if ($flags !== undefined) m.flags = number($flags, a, n, i, "flags");
  const $window = g.window; if ($window !== undefined) m.window = number($window, a, n, i, "window");
  const $urgentPointer = g.urgentPointer; if ($urgentPointer !== undefined) m.urgentPointer = number($urgentPointer, a, n, i, "urgentPointer");
  const $options = g.options; if ($options !== undefined) m.options = K34($options, a, n, i, "options");
  const $dataOffset = g.dataOffset; if ($dataOffset !== undefined) m.dataOffset = number($dataOffset, a, n, i, "dataOffset");
  const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
  return m;
}
function tcpOption(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  const f = g.kind;
  if (f === "end") {
    for (const k in g) if (k !== "kind" && k !== "padding") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, padding: bytes(g.padding, a, n, i, "padding") };
    return m;
  }
  if (f === "nop" || f === "sackPermitted") {
    for (const k in g) if (k !== "kind") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f };
    return m;
  }
  if (f === "maximumSegmentSize") {
    for (const k in g) if (k !== "kind" && k !== "size") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, size: number(g.size, a, n, i, "size") };
    return m;
  }
  if (f === "windowScale") {
    for (const k in g) if (k !== "kind" && k !== "shift") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, shift: number(g.shift, a, n, i, "shift") };
    return m;
  }
  if (f === "sack") {
    for (const k in g) if (k !== "kind" && k !== "blocks") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, blocks: K30(g.blocks, a, n, i, "blocks") };
    return m;
  }
  if (f === "timestamps") {
    for (const k in g) if (k !== "kind" && k !== "value" && k !== "echo") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, value: number(g.value, a, n, i, "value"), echo: number(g.echo, a, n, i, "echo") };
    return m;
  }
  if (f === "md5") {
    for (const k in g) if (k !== "kind" && k !== "digest") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, digest: bytes(g.digest, a, n, i, "digest") };
    return m;
  }
  if (f === "userTimeout") {
    for (const k in g) if (k !== "kind" && k !== "unit" && k !== "timeout") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, unit: K31(g.unit, a, n, i, "unit"), timeout: number(g.timeout, a, n, i, "timeout") };
    return m;
  }
  if (f === "authentication") {
    for (const k in g) if (k !== "kind" && k !== "keyId" && k !== "nextKeyId" && k !== "code") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, keyId: number(g.keyId, a, n, i, "keyId"), nextKeyId: number(g.nextKeyId, a, n, i, "nextKeyId"), code: bytes(g.code, a, n, i, "code") };
    return m;
  }
  if (f === "mptcp") {
    for (const k in g) if (k !== "kind" && k !== "subtype" && k !== "bits" && k !== "data") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, subtype: K32(g.subtype, a, n, i, "subtype"), bits: number(g.bits, a, n, i, "bits"), data: bytes(g.data, a, n, i, "data") };
    return m;
  }
  if (f === "fastOpen") {
    for (const k in g) if (k !== "kind" && k !== "cookie") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, cookie: bytes(g.cookie, a, n, i, "cookie") };
    return m;
  }
  if (f === "other") {
    for (const k in g) if (k !== "kind" && k !== "type" && k !== "data") checkInherited(g, k, a, n, i);
    const m: Made = { kind: f, type: number(g.type, a, n, i, "type"), data: bytes(g.data, a, n, i, "data") };
    return m;
  }
  return K33(f, a, n, i, "kind") as never;
}
function udp(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "sourcePort" && k !== "destinationPort" && k !== "length" && k !== "checksum") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("udp", g.kind, a, n, i, "kind"), sourcePort: number(g.sourcePort, a, n, i, "sourcePort"), destinationPort: number(g.destinationPort, a, n, i, "destinationPort") };
  const $length = g.length; if ($length !== undefined) m.length = number($length, a, n, i, "length");
  const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
  return m;
}
function udpLite(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "sourcePort" && k !== "destinationPort" && k !== "coverage" && k !== "checksum") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("udplite", g.kind, a, n, i, "kind"), sourcePort: number(g.sourcePort, a, n, i, "sourcePort"), destinationPort: number(g.destinationPort, a, n, i, "destinationPort") };
  const $coverage = g.coverage; if ($coverage !== undefined) m.coverage = number($coverage, a, n, i, "coverage");
  const $checksum = g.checksum; if ($checksum !== undefined) m.checksum = number($checksum, a, n, i, "checksum");
  return m;
}
function vlan(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "id" && k !== "priority" && k !== "dropEligible" && k !== "etherType") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("vlan", g.kind, a, n, i, "kind"), id: number(g.id, a, n, i, "id") };
  const $priority = g.priority; if ($priority !== undefined) m.priority = number($priority, a, n, i, "priority");
  const $dropEligible = g.dropEligible; if ($dropEligible !== undefined) m.dropEligible = boolean($dropEligible, a, n, i, "dropEligible");
  const $etherType = g.etherType; if ($etherType !== undefined) m.etherType = number($etherType, a, n, i, "etherType");
  return m;
}
function vxlan(v: unknown, a: string, n: string, i?: number): Made {
  const g = objectAt(v, a, n, i);
  for (const k in g) if (k !== "kind" && k !== "vni" && k !== "flags" && k !== "reserved1" && k !== "reserved2") checkInherited(g, k, a, n, i);
  const m: Made = { kind: only("vxlan", g.kind, a, n, i, "kind"), vni: number(g.vni, a, n, i, "vni") };
  const $flags = g.flags; if ($flags !== undefined) m.flags = number($flags, a, n, i, "flags");
  const $reserved1 = g.reserved1; if ($reserved1 !== undefined) m.reserved1 = number($reserved1, a, n, i, "reserved1");
  const $reserved2 = g.reserved2; if ($reserved2 !== undefined) m.reserved2 = number($reserved2, a, n, i, "reserved2");
  return m;
}

/** By the name of the row, without its "Layer". */
export const VALUES = { arp: arp as ValueCheck, dns: dns as ValueCheck, ethernet: ethernet as ValueCheck, geneve: geneve as ValueCheck, gre: gre as ValueCheck, hip: hip as ValueCheck, icmpv4: icmpv4 as ValueCheck, icmpv6: icmpv6 as ValueCheck, igmp: igmp as ValueCheck, authentication: authentication as ValueCheck, esp: esp as ValueCheck, ipv4: ipv4 as ValueCheck, ipv6: ipv6 as ValueCheck, fragment: ipv6Fragment as ValueCheck, hopByHop: hopByHop as ValueCheck, destinationOptions: destinationOptions as ValueCheck, routing: ipv6Routing as ValueCheck, llc: llc as ValueCheck, snap: snap as ValueCheck, mobility: mobility as ValueCheck, payload: payload as ValueCheck, sctp: sctp as ValueCheck, shim6: shim6 as ValueCheck, tcp: tcp as ValueCheck, udp: udp as ValueCheck, udplite: udpLite as ValueCheck, vlan: vlan as ValueCheck, vxlan: vxlan as ValueCheck } as const;
