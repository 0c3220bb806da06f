//! Rust's standard library: peer SIZE, as bulk.c serves.
use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let size: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let mut block = vec![0u8; size];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    for conn in listener.incoming() {
        let mut conn = conn.unwrap();
        let mut what = [0];
        if conn.read_exact(&mut what).is_err() {
            continue;
        }
        if what[0] == b'r' {
            while conn.write_all(&block).is_ok() {}
        } else {
            while matches!(conn.read(&mut block), Ok(count) if count > 0) {}
        }
    }
}
