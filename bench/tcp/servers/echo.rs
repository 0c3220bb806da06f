//! Rust's standard library: a thread a connection, since it has no way to wait for several.
use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    for conn in listener.incoming() {
        let mut conn = match conn {
            Ok(conn) => conn,
            Err(_) => continue,
        };
        std::thread::spawn(move || {
            let mut buffer = vec![0u8; 65536];
            while let Ok(count) = conn.read(&mut buffer) {
                if count == 0 || conn.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
        });
    }
}
