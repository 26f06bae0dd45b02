// Package web captures one page as evidence without running anything of it.
//
// One GET goes out, straight to the server and never through a proxy, so that
// the address and the certificate on record are the site's own. Nothing is
// rendered, decompressed or executed: the body is the bytes that came. Rules:
//
//   - http and https only; an address with a user or password in it is refused.
//     No cookie is sent or kept.
//   - Redirects are followed at most [MaxRedirects] times and each is recorded.
//     A page out there must not make this laptop ask its own network: a redirect
//     from a public address to a private one, and any to a link-local one (where
//     clouds keep their metadata), is not followed. The same goes for one to
//     another scheme, or to a server that does not answer. The redirect is then
//     the final response, and the record says why.
//   - A certificate that is expired, self-signed or of another name is recorded
//     as not trusted and does not stop the capture: most pages worth capturing
//     are not honest.
//   - One deadline for everything, a limit on head and body. A body that is cut
//     off is kept as far as it came, and marked. Without a response there is
//     nothing to keep: [ErrNoAnswer].
//
// HTTP/1.1 heads are recorded as the bytes on the wire (RFC 9112), those of
// HTTP/2 as fields, for they have no other form that people can read (RFC 9113).
// What counts as a private address follows the IANA special-purpose registries
// (RFC 6890).
package web
