/**
 * What the hostile calls find and is not as promised yet, by name: the calls, the kind of fault, and why
 * it stands. Nothing here reaches a peer. The whole run fails when one of these is needed no more.
 */
export const EXCEPTIONS: readonly (readonly [calls: RegExp, fault: RegExp, reason: string])[] = [
  [
    /^(\.|\.\/core):isSocketError code /,
    /^taken/,
    "a question, answered with no whatever is asked",
  ],
  [/^\.\/ip:isIpv[46] text /, /^taken/, "a question, answered with no whatever is asked"],
  [
    /^wire\.\w+\.etherTypeOf place\.(before|after)\.kindx misspelt$/,
    /^taken/,
    "a value of any layer may stand there, also of one that its row alone knows: only its kind is read",
  ],
  [
    /^\.\/netlink:/,
    /^unnamed: Cannot [a-z ]+: no (kind|state|group|table) is /,
    "a word that means nothing is told as what it should be",
  ],
  [
    /^\.\/netlink:routes options\.type -0$/,
    /^after socket/,
    "a type may be told by its number too, and this one is 0",
  ],
  [
    /^can\.openBroadcastManager: BroadcastManager\.\w+ frames /,
    /^unnamed: Cannot encode a CAN frame: frame /,
    "one of the frames is told as a frame",
  ],
  [
    /ourceFilterOf nic /,
    /^unnamed: Cannot set [A-Z0-9_]+\.interface: /,
    "what is no word in JavaScript as a parameter's name is `interface` in the message",
  ],
  [
    /^\.\/(unix:pair|bridge:startTls) options (an empty object|an instance of a class|a date|an ArrayBuffer|a detached view|a view out of bounds)$/,
    /^after (socketpair|getpeername)/,
    "an object without keys of its own asks for nothing, which is a pair of streams, or a client",
  ],
  [
    /^\.\/dccp:DCCP_SOCKOPT_SERVICE value /,
    /^unnamed: Cannot read a service code: /,
    "an element of the list is told as a service code",
  ],
];
