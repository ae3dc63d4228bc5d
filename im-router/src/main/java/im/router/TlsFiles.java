package im.router;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The files in PEM with which a client of ours speaks TLS.
 *
 * @param ca certificates that vouch for the servers; empty for those that the JVM trusts
 * @param certificate our own, with those between it and its root; only where servers ask for one
 * @param key of {@code certificate}, PKCS#8 without a password
 */
public record TlsFiles(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {
    public static final TlsFiles NONE = new TlsFiles(Optional.empty(), Optional.empty(), Optional.empty());

    /** @throws IllegalArgumentException when of certificate and key one is missing */
    public TlsFiles {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("certificate-file and key-file: expected both or neither");
        }
    }

    public boolean isEmpty() {
        return ca.isEmpty() && certificate.isEmpty();
    }

    /**
     * Reads them once, as those do who will use them. Blocks.
     *
     * @param keys what the names of the configuration's keys begin with
     * @throws IOException naming key, file and what was expected
     */
    public void check(String keys) throws IOException {
        if (ca.isPresent()) {
            certificates(keys + "ca-file", ca.get());
        }
        if (certificate.isPresent() && key.isPresent()) {
            certificates(keys + "certificate-file", certificate.get());
            pair(keys, certificate.get(), key.get());
        }
    }

    private static void certificates(String name, Path file) throws IOException {
        try {
            SslContextBuilder.forClient().trustManager(file.toFile());
        } catch (IllegalArgumentException e) {
            throw unexpected(name, file, "certificates in PEM", e);
        }
    }

    private static void pair(String keys, Path certificate, Path key) throws IOException {
        try {
            SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .keyManager(certificate.toFile(), key.toFile())
                    .build();
        } catch (IllegalArgumentException e) {
            throw unexpected(keys + "key-file", key, "a private key in PEM, PKCS#8 without a password", e);
        } catch (SSLException e) {
            throw unexpected(keys + "certificate-file", certificate, "certificates each signed by the next", e);
        }
    }

    private static IOException unexpected(String name, Path file, String expected, Exception thrown) {
        Throwable why = thrown.getCause() == null ? thrown : thrown.getCause();
        return new IOException(name + " is \"" + file + "\", expected " + expected + ": " + why, thrown);
    }
}
