//! Rust's standard library: peer MODE, as unix.c (whose descriptors it cannot pass).
use std::io::{Read, Write};
use std::os::unix::net::{UnixDatagram, UnixStream};

include!("../turns/turns.rs");

fn main() {
    let mut into = vec![0u8; 65536];
    if std::env::args().nth(1).as_deref() == Some("bulk") {
        let (mut a, mut b) = UnixStream::pair().unwrap();
        let data = vec![0u8; 65536];
        turns(|| {
            for _ in 0..16 {
                a.write_all(&data).unwrap();
                b.read_exact(&mut into).unwrap();
            }
            16
        });
    } else {
        let (a, b) = UnixDatagram::pair().unwrap();
        turns(|| {
            for _ in 0..16 {
                a.send(&[0; 64]).unwrap();
                b.recv(&mut into).unwrap();
            }
            16
        });
    }
}
