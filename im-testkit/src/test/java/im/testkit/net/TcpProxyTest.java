package im.testkit.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.testkit.net.TcpProxy.Direction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {
    private ServerSocket listener = new ServerSocket(0, 300, InetAddress.getLoopbackAddress());
    private TcpProxy proxy =
            TcpProxy.to(() -> new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
    private Socket client = new Socket();
    private Socket server = new Socket();

    TcpProxyTest() throws IOException {}

    @BeforeEach
    void connect() throws IOException {
        client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        server = listener.accept();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        proxy.close();
        listener.close();
    }

    @Test
    void bytesPassBothWaysAndTheEndOfOneWayIsPassedOn() throws IOException {
        client.getOutputStream().write(7);
        server.getOutputStream().write(8);
        assertThat(server.getInputStream().read()).isEqualTo(7);
        assertThat(client.getInputStream().read()).isEqualTo(8);

        client.shutdownOutput();

        assertThat(server.getInputStream().read()).isEqualTo(-1);
        server.getOutputStream().write(9);
        assertThat(client.getInputStream().read()).isEqualTo(9);
        assertThat(proxy.accepted()).isEqualTo(1);
    }

    @Test
    void aConnectionThatIsCutWhileItIsMadeDoesNotEndTheProxy() throws Exception {
        AtomicBoolean cutting = new AtomicBoolean(true);
        Thread cutter = new Thread(() -> {
            while (cutting.get()) {
                proxy.cut();
            }
        });
        cutter.start();
        try {
            for (int i = 0; i < 200; i++) {
                connectAndClose();
            }
        } finally {
            cutting.set(false);
            cutter.join();
        }

        listener.setSoTimeout(10_000);
        try (Socket last = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            last.getOutputStream().write(7);
            assertThat(firstByte()).isEqualTo(7);
        }
    }

    private void connectAndClose() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            assertThat(socket.isConnected()).isTrue();
        } catch (SocketException e) {
            // It was cut before this end had it.
        }
    }

    /** Of the first connection on which one comes. */
    private int firstByte() throws IOException {
        while (true) {
            try (Socket accepted = listener.accept()) {
                int read = accepted.getInputStream().read();
                if (read >= 0) {
                    return read;
                }
            } catch (SocketException e) {
                // It was cut.
            }
        }
    }

    @Test
    void oneWayThatIsHeldWaitsWhileTheOtherPasses() throws IOException {
        proxy.hold(Direction.TO_CLIENT);
        server.getOutputStream().write(8);
        client.getOutputStream().write(7);
        assertThat(server.getInputStream().read()).isEqualTo(7);
        client.setSoTimeout(100);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

        proxy.release();

        client.setSoTimeout(0);
        assertThat(client.getInputStream().read()).isEqualTo(8);
    }

    @Test
    void aCutResetsBothEndsAndLosesWhatWasHeld() throws IOException {
        proxy.hold(Direction.TO_CLIENT);
        server.getOutputStream().write(8);

        proxy.cut();

        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    @Test
    void aCutResetsAConnectionThatIsStillOnItsWayToTheServer() throws Exception {
        CountDownLatch dialling = new CountDownLatch(1);
        CountDownLatch mayDial = new CountDownLatch(1);
        try (TcpProxy slow = TcpProxy.to(() -> addressOnceAllowed(dialling, mayDial));
                Socket early = new Socket(InetAddress.getLoopbackAddress(), slow.port())) {
            dialling.await();

            slow.cut();
            mayDial.countDown();

            assertThatThrownBy(() -> early.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    private InetSocketAddress addressOnceAllowed(CountDownLatch dialling, CountDownLatch mayDial) {
        dialling.countDown();
        try {
            mayDial.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
    }

    @Test
    void delayedBytesArriveNotBeforeTheirTimeAndInOrder() throws IOException {
        proxy.delay(Duration.ofMillis(150));
        long began = System.nanoTime();
        client.getOutputStream().write(1);
        client.getOutputStream().write(2);

        assertThat(server.getInputStream().read()).isEqualTo(1);
        assertThat(System.nanoTime() - began)
                .isGreaterThanOrEqualTo(Duration.ofMillis(150).toNanos());
        assertThat(server.getInputStream().read()).isEqualTo(2);
    }

    @Test
    void whatGoesIntoABlackHoleIsGoneAndTheOtherWayPasses() throws IOException {
        proxy.blackHole(Direction.TO_SERVER);
        client.getOutputStream().write(7);
        server.getOutputStream().write(8);

        assertThat(client.getInputStream().read()).isEqualTo(8);
        assertSilent(server);
        assertThat(proxy.swallowed()).isEqualTo(1);
    }

    @Test
    void theEndOfAConnectionIsNotSeenThroughABlackHole() throws IOException {
        proxy.blackHole(Direction.TO_SERVER, Direction.TO_CLIENT);

        client.setSoLinger(true, 0);
        client.close();

        assertSilent(server);
    }

    @Test
    void aNewConnectionPassesWhereAnOlderOneHasABlackHole() throws IOException {
        proxy.blackHole(Direction.TO_SERVER, Direction.TO_CLIENT);

        try (Socket later = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                Socket accepted = listener.accept()) {
            later.getOutputStream().write(7);
            assertThat(accepted.getInputStream().read()).isEqualTo(7);
        }
    }

    @Test
    void aRateSpreadsBytesOverTime() throws IOException {
        proxy.rate(10_000);
        long began = System.nanoTime();
        client.getOutputStream().write(new byte[5_000]);

        assertThat(server.getInputStream().readNBytes(5_000)).hasSize(5_000);
        assertThat(System.nanoTime() - began)
                .isGreaterThanOrEqualTo(Duration.ofMillis(450).toNanos());
    }

    @Test
    void aStallDelaysWhatComesBehindIt() throws IOException {
        proxy.stall(1, Duration.ofMillis(150));
        long began = System.nanoTime();
        client.getOutputStream().write(7);

        assertThat(server.getInputStream().read()).isEqualTo(7);
        assertThat(System.nanoTime() - began)
                .isGreaterThanOrEqualTo(Duration.ofMillis(150).toNanos());
        assertThat(proxy.stalls()).isEqualTo(1);
    }

    @Test
    void aLinkThatIsCalmAgainPassesAtOnceWhatWasSlow() throws IOException {
        proxy.rate(1);
        client.getOutputStream().write(new byte[1_000]);
        assertSilent(server);

        proxy.calm();

        server.setSoTimeout(0);
        assertThat(server.getInputStream().readNBytes(1_000)).hasSize(1_000);
    }

    private static void assertSilent(Socket socket) throws IOException {
        socket.setSoTimeout(100);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aConnectionToAServerThatIsGoneIsReset() throws IOException {
        listener.close();

        try (Socket late = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            assertThatThrownBy(() -> late.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }
}
