//! Files that are sent: large ones are streamed to a temporary file, so that memory stays small whatever is sent.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
};

use axum::body::{Body, Bytes};
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::io::AsyncWriteExt as _;
use tradewind_kernel::{Error, id::RequestId};

use crate::problem::{ApiResult, Problem};

/// The largest file that is taken.
const BYTES_MAX: u64 = 2 << 30;

/// A file of at most so many MiB, whole.
///
/// # Errors
/// 413 when it is larger, 400 when it breaks off.
pub(crate) async fn whole(body: Body, mib: usize) -> ApiResult<Bytes> {
    let limited = Limited::new(body, mib << 20);
    let content = limited.collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                format!("a file of at most {mib} MiB is expected"),
            )
        } else {
            broken_off()
        }
    })?;
    Ok(content.to_bytes())
}

/// Refuses what is not sent as CSV.
///
/// # Errors
/// 415.
pub(crate) fn csv_expected(headers: &HeaderMap) -> ApiResult<()> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media = content_type.split(';').next().unwrap_or_default().trim();
    if media.eq_ignore_ascii_case("text/csv") {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "csv_expected",
        "expected a body of the type text/csv",
    ))
}

fn broken_off() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body_incomplete",
        "the body did not arrive completely",
    )
}

/// A file that was sent; it goes away with this.
#[derive(Debug)]
pub(crate) struct Uploaded {
    path: PathBuf,
}

impl Uploaded {
    /// Writes a body to a file that nobody else can read.
    ///
    /// # Errors
    /// 413 when it is larger than 2 GiB, 400 when it breaks off.
    pub(crate) async fn receive(mut body: Body) -> ApiResult<Self> {
        let name = format!("tradewind-upload-{}", RequestId::generate());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let path = std::env::temp_dir().join(name);
        let file = options.open(&path).map_err(Error::internal)?;
        let uploaded = Self { path };
        let mut file = tokio::fs::File::from_std(file);
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| broken_off())?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            length += data.len() as u64;
            if length > BYTES_MAX {
                return Err(Problem::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "body_too_large",
                    "files of at most 2 GiB are taken",
                ));
            }
            file.write_all(&data).await.map_err(Error::internal)?;
        }
        file.flush().await.map_err(Error::internal)?;
        Ok(uploaded)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Uploaded {
    fn drop(&mut self) {
        // What can't be removed is left to the system's own tidying of temporary files.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_is_kept_while_it_is_needed_and_no_longer() {
        let uploaded = Uploaded::receive(Body::from("a,b\n1,2\n")).await.unwrap();
        let path = uploaded.path().to_owned();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a,b\n1,2\n");
        #[cfg(unix)]
        {
            let mode = std::fs::metadata(&path).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::mode(&mode.permissions());
            assert_eq!(mode & 0o077, 0);
        }
        drop(uploaded);
        assert!(!path.exists());
    }
}
