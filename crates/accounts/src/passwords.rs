//! Hashing and checking passwords with Argon2id, on threads of their own and not too many at a time.

use std::{fmt, sync::Arc, thread::available_parallelism};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::phc::PasswordHash,
};
use tokio::sync::Semaphore;
use tradewind_kernel::{Error, Result};
use tradewind_platform::tokens::random_token;

/// What one hash costs whoever computes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    /// 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            lanes: 1,
        }
    }
}

impl PasswordCost {
    /// The least that the algorithm takes: for throw-away data only.
    pub const LOWEST: Self = Self {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };
}

/// Hashes and checks passwords. Cheap to clone; all clones share the limit of how many hashes run at a time.
#[derive(Clone)]
pub struct Passwords {
    inner: Arc<Inner>,
}

struct Inner {
    params: Params,
    gate: Semaphore,
    /// The hash of a password nobody has: checked when there is no user, so that it takes as long as with one.
    decoy: String,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Passwords({:?})", self.inner.params)
    }
}

impl Passwords {
    /// Hashing at this cost.
    ///
    /// # Errors
    /// Names `password_cost` when the algorithm does not take it.
    pub fn new(cost: PasswordCost) -> Result<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(|e| {
            Error::invalid(
                "password_cost",
                "out_of_range",
                format!("Argon2 refuses it: {e}"),
            )
        })?;
        let decoy = hash(&params, &random_token())?;
        let permits = available_parallelism().map_or(1, usize::from);
        Ok(Self {
            inner: Arc::new(Inner {
                params,
                gate: Semaphore::new(permits),
                decoy,
            }),
        })
    }

    /// The hash of a password, with its salt and cost, as it is stored.
    ///
    /// # Errors
    /// [`Error::Internal`] when hashing fails.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let (params, password) = (self.inner.params.clone(), password.to_owned());
        self.run(move || hash(&params, &password)).await?
    }

    /// Whether a password is the one behind a hash. Without a hash the answer is no, after the same work.
    ///
    /// # Errors
    /// [`Error::Internal`] when the hash is not one.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.inner.decoy).to_owned();
        let password = password.to_owned();
        let fits = self
            .run(move || {
                let hash = PasswordHash::new(&hash).map_err(|e| Error::internal(e.to_string()))?;
                Ok::<bool, Error>(
                    Argon2::default()
                        .verify_password(password.as_bytes(), &hash)
                        .is_ok(),
                )
            })
            .await??;
        Ok(fits && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _permit = self.inner.gate.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)
    }
}

fn hash(params: &Params, password: &str) -> Result<String> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|e| Error::internal(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::new(PasswordCost::LOWEST).expect("a valid cost");
        let first = passwords.hash("correct horse").await.expect("hashed");
        let second = passwords.hash("correct horse").await.expect("hashed");
        assert!(first.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        assert_ne!(first, second, "salts differ");
        assert!(
            passwords
                .verify("correct horse", Some(&first))
                .await
                .expect("checked")
        );
        assert!(
            !passwords
                .verify("correct horses", Some(&first))
                .await
                .expect("checked")
        );
        assert!(
            !passwords
                .verify("correct horse", None)
                .await
                .expect("checked")
        );
    }

    #[test]
    fn an_impossible_cost_is_named() {
        let cost = PasswordCost {
            memory_kib: 1,
            ..PasswordCost::default()
        };
        assert_eq!(
            Passwords::new(cost).expect_err("refused").problems()[0].field,
            "password_cost"
        );
    }

    #[test]
    fn the_usual_cost_is_what_is_recommended_for_servers() {
        let usual = PasswordCost::default();
        assert!(usual.memory_kib >= 19 * 1024 && usual.passes >= 2);
    }
}
