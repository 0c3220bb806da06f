//! Looks a name up COUNT times in IN_FLIGHT threads by ToSocketAddrs for each line on stdin, and prints a
//! line of JSON. A "%d" in the name is replaced by the number of the lookup; each asks for another port.
use std::net::ToSocketAddrs;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (host, in_flight): (&str, u64) = (&args[1], args[2].parse().unwrap());
    let share: u64 = args[3].parse::<u64>().unwrap() / in_flight;
    for _ in std::io::stdin().lines() {
        let start = std::time::Instant::now();
        std::thread::scope(|scope| {
            for thread in 0..in_flight {
                scope.spawn(move || {
                    for i in thread * share..(thread + 1) * share {
                        let name = host.replace("%d", &i.to_string());
                        (name.as_str(), (i % 65536) as u16).to_socket_addrs().unwrap();
                    }
                });
            }
        });
        let rate = (share * in_flight) as f64 / start.elapsed().as_secs_f64();
        println!("{{\"perSecond\": {rate}}}");
    }
}
