package hotmart

// PasswordURL is where buyers ask Hotmart for a new password; there is no API for it (help centre 215826368, read November
// 2026). It takes one request in 30 minutes.
const PasswordURL = "https://app-vlc.hotmart.com/password/forgot" // #nosec G101 -- an address, no secret
