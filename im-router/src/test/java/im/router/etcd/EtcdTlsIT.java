package im.router.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.router.TlsFiles;
import im.servers.Certificates;
import im.servers.EtcdServer;
import im.servers.FreePorts;
import im.servers.ServerOptions;
import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.kv.PutResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** An etcd that speaks TLS, asks for our certificate, and wants a user and a password. */
@Tag("once")
@EnabledIf("im.servers.Requirement#etcd")
class EtcdTlsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LONGER_THAN_A_CLIENT_IS_KEPT = Duration.ofSeconds(4);

    @TempDir
    static Path folder;

    private static Certificates files;
    private static EtcdServer server;
    private static EtcdConfig config;

    @BeforeAll
    static void start() throws Exception {
        files = Certificates.make(folder);
        int plain = FreePorts.next();
        String secured = "https://127.0.0.1:" + FreePorts.next();
        server = EtcdServer.start(
                folder,
                ServerOptions.defaults()
                        .port(plain)
                        .set("listen-client-urls", "http://127.0.0.1:" + plain + "," + secured)
                        .set("advertise-client-urls", secured)
                        .set("cert-file", files.server().toString())
                        .set("key-file", files.serverKey().toString())
                        .set("trusted-ca-file", files.authority().toString())
                        .set("client-cert-auth", "true"));
        try (Client client =
                Client.builder().endpoints("http://127.0.0.1:" + plain).build()) {
            Auth auth = client.getAuthClient();
            ByteSequence root = EtcdKeys.bytes("root");
            done(auth.userAdd(root, EtcdKeys.bytes("right")));
            done(auth.roleAdd(root));
            done(auth.userGrantRole(root, root));
            done(auth.authEnable());
        }
        config = EtcdConfig.of(URI.create(secured))
                .withCallTimeout(Duration.ofSeconds(10))
                .withUser("root", "right");
    }

    private static void done(CompletableFuture<?> asked) throws Exception {
        asked.get(60, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static EtcdConfig with(Path authority) {
        return config.withTlsFiles(
                new TlsFiles(Optional.of(authority), Optional.of(files.client()), Optional.of(files.clientKey())));
    }

    @Test
    void itIsSpokenToWithItsAuthorityOurCertificateUserAndPassword() throws Exception {
        try (EtcdConnection etcd = EtcdConnection.open(with(files.authority()))) {
            PutResponse answer =
                    etcd.await(client -> client.getKVClient().put(EtcdKeys.bytes("/a"), EtcdKeys.bytes("b")));
            assertThat(answer.getHeader().getRevision()).isPositive();
        }
    }

    @Test
    void anAuthorityThatDoesNotVouchForItIsSaid() {
        assertThatThrownBy(() -> EtcdConnection.open(with(files.otherAuthority())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be reached")
                .hasMessageContaining("etcd.ca-file must vouch for the server's certificate");
    }

    @Test
    void whereNobodyListensNothingIsSaidOfCertificates() {
        EtcdConfig nobody = EtcdConfig.of(URI.create("https://127.0.0.1:" + FreePorts.next()))
                .withStartTimeout(Duration.ofSeconds(1));
        assertThatThrownBy(() -> EtcdConnection.open(nobody))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be reached")
                .hasMessageNotContaining("ca-file");
    }

    @Test
    void aWrongPasswordIsRefusedAndNotPrinted() {
        assertThatThrownBy(() -> EtcdConnection.open(with(files.authority()).withUser("root", "guessed")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refuses user root")
                .hasMessageNotContaining("guessed");
    }

    @Test
    void aFileThatIsNoneIsNamed() throws Exception {
        Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");
        assertThatThrownBy(() -> EtcdConnection.open(with(text)))
                .hasMessageStartingWith("etcd.ca-file is \"" + text + "\", expected certificates in PEM");
        String header = "-----BEGIN PRIVATE KEY-----\n";
        Path key = Files.writeString(folder.resolve("half.key"), header + "bm8ga2V5\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> EtcdConnection.open(config.withTlsFiles(
                        new TlsFiles(Optional.of(files.authority()), Optional.of(files.client()), Optional.of(key)))))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("etcd.key-file is \"" + key + "\", expected a private key in PEM");
        assertThatThrownBy(() -> EtcdConfig.of(URI.create("http://127.0.0.1:1"))
                        .withTlsFiles(new TlsFiles(Optional.of(files.authority()), Optional.empty(), Optional.empty())))
                .hasMessageContaining("expected https:// in etcd.endpoints");
    }

    /** As while files are being renewed. */
    @Test
    void aFileThatIsHalfWrittenWhileEtcdIsAwayEndsNoCallAndIsReadAnewOnceItIsWhole() throws Exception {
        Path authority = Files.copy(files.authority(), folder.resolve("renewed.pem"));
        try (EtcdConnection etcd = EtcdConnection.open(with(authority))) {
            int first = etcd.generation();
            server.kill();
            Files.writeString(authority, "-----BEGIN CERTIFICATE-----\n");

            await().during(LONGER_THAN_A_CLIENT_IS_KEPT).atMost(PATIENCE).until(() -> isUnreachable(etcd));
            assertThat(etcd.generation()).isEqualTo(first);

            Files.copy(files.authority(), authority, StandardCopyOption.REPLACE_EXISTING);
            await().atMost(PATIENCE).until(() -> isUnreachable(etcd) && etcd.generation() != first);
        } finally {
            server.restart();
        }
    }

    private static boolean isUnreachable(EtcdConnection etcd) throws Exception {
        Throwable failure = etcd.ask(client -> client.getKVClient().get(EtcdKeys.bytes("/a")))
                .handle((answer, thrown) -> thrown)
                .get(60, TimeUnit.SECONDS);
        return failure != null && Failure.of(failure) == Failure.UNREACHABLE;
    }
}
