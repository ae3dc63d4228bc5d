package im.router;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;

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
     * Reads them once. Blocks.
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
            String expected = "expected a private key in PEM, PKCS#8 without a password";
            String text;
            try {
                text = Files.readString(key.get());
            } catch (IOException e) {
                throw new IOException(keys + "key-file is \"" + key.get() + "\", " + expected + ": " + e, e);
            }
            if (!text.contains("-----BEGIN PRIVATE KEY-----")) {
                throw new IOException(keys + "key-file is \"" + key.get() + "\", " + expected);
            }
        }
    }

    private static void certificates(String name, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            if (CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
                throw new CertificateException("none in it");
            }
        } catch (IOException | CertificateException e) {
            throw new IOException(name + " is \"" + file + "\", expected certificates in PEM: " + e, e);
        }
    }
}
