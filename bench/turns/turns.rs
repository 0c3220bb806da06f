// A program that waits for its turn: for each line on stdin it works for BURST_MS milliseconds (150
// unless the environment says otherwise) and prints its rate a second.
#[allow(dead_code)]
fn burst() -> std::time::Duration {
    let ms = std::env::var("BURST_MS").ok().and_then(|text| text.parse().ok()).unwrap_or(150);
    std::time::Duration::from_millis(ms)
}

#[allow(dead_code)]
fn turns(mut work: impl FnMut() -> u64) {
    let limit = burst();
    for _ in std::io::stdin().lines() {
        let start = std::time::Instant::now();
        let mut count = 0;
        while start.elapsed() < limit {
            count += work();
        }
        println!("{:.3}", count as f64 / start.elapsed().as_secs_f64());
    }
}
