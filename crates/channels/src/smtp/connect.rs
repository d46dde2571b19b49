//! The way to the server: TCP, greeting, TLS, sign-in, EHLO.
//!
//! TLS and sign-in are mail-send's. The last EHLO is our own, after both: it resets nothing that matters, is due
//! after STARTTLS anyway, and tells what the pipeline may do in words we read ourselves.

use std::io;

use mail_send::smtp::AssertReply;
use mail_send::{Credentials, SmtpClient, SmtpClientBuilder};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::wire::{Reply, Wire};
use super::{SmtpConfig, Tls};

/// Why there is no connection. Carries codes and no words of the server.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The name did not resolve or nobody listens there.
    #[error("no connection to the mail relay")]
    Io(#[source] io::Error),
    /// Too slow.
    #[error("the mail relay did not answer in time")]
    Timeout,
    /// The relay refused the greeting, EHLO, STARTTLS or another step before mail.
    #[error("the mail relay refused the connection with code {code}")]
    Refused {
        /// Its reply code.
        code: u16,
    },
    /// The certificate does not fit, there is none, or the machine has no roots to check it against.
    #[error("no trusted TLS connection to the mail relay")]
    Tls,
    /// Name or password is wrong, or the relay knows none of our ways to sign in.
    #[error("the mail relay did not accept the sign-in")]
    SignIn,
    /// A password would cross a network unprotected; only a relay on this machine gets one without TLS.
    #[error("a password is set for a relay elsewhere without TLS")]
    PasswordInClear,
    /// What answers speaks no SMTP.
    #[error("what answers is no mail relay")]
    Protocol,
}

impl ConnectError {
    /// Returns the stable word for catalogues and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            ConnectError::Io(_) => "smtp_io",
            ConnectError::Timeout => "smtp_timeout",
            ConnectError::Refused { .. } => "smtp_refused",
            ConnectError::Tls => "smtp_tls",
            ConnectError::SignIn => "smtp_sign_in",
            ConnectError::PasswordInClear => "smtp_password_in_clear",
            ConnectError::Protocol => "smtp_protocol",
        }
    }
}

/// A connection on which MAIL may be said.
pub(super) struct Session {
    pub(super) wire: Wire,
    /// RFC 2920 was offered.
    pub(super) pipelining: bool,
    /// RFC 6152 was offered.
    pub(super) eight_bit: bool,
}

/// Opens a connection up to the answer to EHLO.
pub(super) async fn open(config: &SmtpConfig) -> Result<Session, ConnectError> {
    let address = (config.host.as_str(), config.port);
    let tcp = match timeout(config.timeouts.connect, TcpStream::connect(address)).await {
        Ok(connected) => connected.map_err(ConnectError::Io)?,
        Err(_) => return Err(ConnectError::Timeout),
    };
    // Without it Nagle and the peer's delayed ack hold each mail for some 40 ms (docs/design/performance.md §3).
    tcp.set_nodelay(true).map_err(ConnectError::Io)?;
    match timeout(config.timeouts.command, handshake(tcp, config)).await {
        Ok(session) => session,
        Err(_) => Err(ConnectError::Timeout),
    }
}

async fn handshake(tcp: TcpStream, config: &SmtpConfig) -> Result<Session, ConnectError> {
    let is_local = tcp
        .peer_addr()
        .map_err(ConnectError::Io)?
        .ip()
        .is_loopback();
    let mut client = SmtpClient {
        stream: tcp,
        timeout: config.timeouts.command,
    };
    if config.tls == Tls::None {
        if config.login.is_some() && !is_local {
            return Err(ConnectError::PasswordInClear);
        }
        greeting(&mut client).await?;
        return signed_in(client, config).await;
    }
    let builder =
        SmtpClientBuilder::new(config.host.as_str(), config.port).map_err(|_| ConnectError::Tls)?;
    if config.tls == Tls::StartTls {
        greeting(&mut client).await?;
        client.ehlo(&config.helo_name).await.map_err(told)?;
        let client = client
            .start_tls(&builder.tls_connector, &config.host)
            .await
            .map_err(told)?;
        return signed_in(client, config).await;
    }
    let mut client = client
        .into_tls(&builder.tls_connector, &config.host)
        .await
        .map_err(told)?;
    greeting(&mut client).await?;
    signed_in(client, config).await
}

async fn greeting<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut SmtpClient<S>,
) -> Result<(), ConnectError> {
    client
        .read()
        .await
        .and_then(AssertReply::assert_positive_completion)
        .map_err(told)
}

async fn signed_in<S>(
    mut client: SmtpClient<S>,
    config: &SmtpConfig,
) -> Result<Session, ConnectError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if let Some(login) = &config.login {
        let capabilities = client.ehlo(&config.helo_name).await.map_err(told)?;
        let credentials = Credentials::Plain {
            username: login.user.as_str(),
            secret: login.password.as_str(),
        };
        client
            .authenticate(&credentials, &capabilities)
            .await
            .map_err(told)?;
    }
    let mut wire = Wire::new(Box::new(client.stream));
    let mut reply = said(&mut wire, "EHLO", config).await?;
    if reply.code / 100 == 5 {
        // RFC 5321 §3.2: an old server gets the old word, and nothing beyond lock-step.
        reply = said(&mut wire, "HELO", config).await?;
    }
    if !reply.is_positive() {
        return Err(ConnectError::Refused { code: reply.code });
    }
    Ok(Session {
        wire,
        pipelining: reply.offers("PIPELINING"),
        eight_bit: reply.offers("8BITMIME"),
    })
}

async fn said(wire: &mut Wire, word: &str, config: &SmtpConfig) -> Result<Reply, ConnectError> {
    let command = format!("{word} {}\r\n", config.helo_name);
    wire.command(command.as_bytes(), config.timeouts.command)
        .await
        .map_err(|_| ConnectError::Protocol)?;
    wire.reply(config.timeouts.command)
        .await
        .map_err(|_| ConnectError::Protocol)
}

/// What mail-send tells, without the words of the server that its errors carry.
fn told(error: mail_send::Error) -> ConnectError {
    match error {
        mail_send::Error::Io(error) => ConnectError::Io(error),
        mail_send::Error::Tls(_)
        | mail_send::Error::InvalidTLSName
        | mail_send::Error::MissingStartTls => ConnectError::Tls,
        mail_send::Error::AuthenticationFailed(_)
        | mail_send::Error::Auth(_)
        | mail_send::Error::Base64(_)
        | mail_send::Error::MissingCredentials
        | mail_send::Error::UnsupportedAuthMechanism => ConnectError::SignIn,
        mail_send::Error::UnexpectedReply(reply) => ConnectError::Refused { code: reply.code },
        mail_send::Error::Timeout => ConnectError::Timeout,
        _ => ConnectError::Protocol,
    }
}

#[cfg(test)]
mod tests;
