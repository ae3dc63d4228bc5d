package im.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Certificates for a day, made by the JDK's keytool, as files in PEM: of an authority, of a server on loopback and of a
 * client, both with keys and vouched for by it, and of an authority that vouches for neither.
 */
public record Certificates(
        Path authority, Path server, Path serverKey, Path client, Path clientKey, Path otherAuthority) {
    private static final String PASSWORD = "changeit";

    /** Into a folder that is there; takes some seconds. */
    public static Certificates make(Path folder) {
        Path file = folder.resolve("all.p12");
        pair(file, "authority", "-ext", "bc:c");
        pair(file, "other", "-ext", "bc:c");
        pair(file, "server", "-signer", "authority", "-ext", "san=ip:127.0.0.1,dns:localhost");
        pair(file, "client", "-signer", "authority");
        try {
            KeyStore store = opened(file);
            return new Certificates(
                    certificate(folder, store, "authority"),
                    certificate(folder, store, "server"),
                    key(folder, store, "server"),
                    certificate(folder, store, "client"),
                    key(folder, store, "client"),
                    certificate(folder, store, "other"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pair(Path store, String name, String... more) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-storetype",
                "PKCS12",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "1"));
        command.addAll(List.of(more));
        Programs.run(command);
    }

    private static KeyStore opened(Path file) throws IOException, GeneralSecurityException {
        KeyStore all = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            all.load(in, PASSWORD.toCharArray());
        }
        return all;
    }

    private static Path certificate(Path folder, KeyStore store, String name)
            throws IOException, GeneralSecurityException {
        return write(
                folder.resolve(name + ".pem"),
                "CERTIFICATE",
                store.getCertificate(name).getEncoded());
    }

    private static Path key(Path folder, KeyStore store, String name) throws IOException, GeneralSecurityException {
        return write(
                folder.resolve(name + ".key"),
                "PRIVATE KEY",
                store.getKey(name, PASSWORD.toCharArray()).getEncoded());
    }

    private static Path write(Path file, String label, byte[] content) throws IOException {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.write(
                file,
                ("-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }
}
