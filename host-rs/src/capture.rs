//! Keeps what a guest prints, up to a limit.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// How much of one stream is kept, in bytes. A guest that prints more goes on
/// undisturbed; the rest is dropped.
const CAPACITY: usize = 1 << 20;

/// One output stream of a guest. Clones share what was captured.
#[derive(Clone, Default)]
pub struct Capture {
    shared: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    dropped: bool,
}

impl Capture {
    /// Takes the lines that the guest printed so far out of the capture. Bytes
    /// that are not UTF-8 are replaced by U+FFFD; where some were dropped, a
    /// last line says so.
    #[must_use]
    pub fn take_lines(&self) -> Vec<String> {
        let kept = std::mem::take(&mut *self.lock());
        let text = String::from_utf8_lossy(&kept.bytes);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if kept.dropped {
            lines.push(format!("… (only the first {CAPACITY} bytes were kept)"));
        }
        lines
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, bytes: &[u8]) {
        let mut kept = self.lock();
        let room = CAPACITY - kept.bytes.len();
        kept.dropped |= bytes.len() > room;
        kept.bytes
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

impl IsTerminal for Capture {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Capture {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    // The stream that the trait would make of `async_stream` hands the bytes to
    // a task: a call could return before what it printed arrives.
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Capture {
    async fn ready(&mut self) {}
}

impl OutputStream for Capture {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.keep(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CAPACITY)
    }
}

impl AsyncWrite for Capture {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.keep(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
