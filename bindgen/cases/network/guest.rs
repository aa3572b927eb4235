//! Tries to reach the network.

use std::net::{TcpListener, TcpStream, ToSocketAddrs as _, UdpSocket};

struct Component;

impl bindings::exports::cases::network::reach::Guest for Component {
    fn connect(address: String) -> Result<(), String> {
        let stream = TcpStream::connect(address).map_err(|error| error.to_string())?;
        drop(stream);
        Ok(())
    }

    fn listen(address: String) -> Result<(), String> {
        let listener = TcpListener::bind(address).map_err(|error| error.to_string())?;
        drop(listener);
        Ok(())
    }

    fn send(address: String) -> Result<(), String> {
        let socket = UdpSocket::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let sent = socket.send_to(b"Ada", address);
        sent.map(drop).map_err(|error| error.to_string())
    }

    fn look_up(name: String) -> Result<u32, String> {
        let found = name.to_socket_addrs().map_err(|error| error.to_string())?;
        Ok(u32::try_from(found.count()).expect("few"))
    }
}

#[allow(
    unsafe_code,
    missing_docs,
    clippy::all,
    clippy::pedantic,
    reason = "generated"
)]
mod bindings {
    wit_bindgen::generate!({
        path: "network",
        generate_all,
    });

    export!(Component);

    use super::Component;
}
