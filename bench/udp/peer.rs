//! Rust's standard library, one by one: peer MODE SIZE [PORT], as udp.c.
use std::net::UdpSocket;
use std::time::{Duration, Instant};

include!("../turns/turns.rs");

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let size: usize = args[2].parse().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    if let Some(port) = args.get(3) {
        let to = std::net::SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
        let data = vec![0u8; size];
        turns(|| {
            for _ in 0..64 {
                socket.send_to(&data, to).unwrap();
            }
            64
        });
        return;
    }
    println!("{}", socket.local_addr().unwrap().port());
    let mut buffer = vec![0u8; 2048];
    let (limit, mut count, mut done) = (burst(), 0u64, true);
    let mut start = Instant::now();
    let mut last = start;
    loop {
        for _ in 0..64 {
            socket.recv_from(&mut buffer).unwrap();
        }
        count += 64;
        let now = Instant::now();
        if now - last > Duration::from_millis(30) {
            (start, count, done) = (now, 0, false);
        } else if !done && now - start >= limit {
            println!("{:.0}", count as f64 / (now - start).as_secs_f64());
            done = true;
        }
        last = now;
    }
}
