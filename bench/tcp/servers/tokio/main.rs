//! Rust's tokio, on one thread; buffers of connections that have ended are kept, as the other servers do.
//! Its argument is the bytes of a buffer.
use std::{cell::RefCell, rc::Rc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn serve(mut conn: TcpStream, buffer: &mut [u8]) {
    while let Ok(count) = conn.read(buffer).await {
        if count == 0 || conn.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
}

fn main() {
    let size = std::env::args().nth(1).map_or(65536, |text| text.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap().port());
        let kept: Rc<RefCell<Vec<Vec<u8>>>> = Rc::default();
        loop {
            let Ok((conn, _)) = listener.accept().await else { continue };
            let kept = kept.clone();
            tokio::task::spawn_local(async move {
                let mut buffer = kept.borrow_mut().pop().unwrap_or_else(|| vec![0; size]);
                serve(conn, &mut buffer).await;
                kept.borrow_mut().push(buffer);
            });
        }
    });
}
