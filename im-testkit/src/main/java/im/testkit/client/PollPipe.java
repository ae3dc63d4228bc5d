package im.testkit.client;

import static im.testkit.Patience.PATIENCE;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A poll session as a pair of streams that carry what a TCP connection would: what is flushed goes as one request, and
 * one thread polls; in JSON a line for each frame. The input ends when the server does not know the session any more.
 */
final class PollPipe implements Closeable {
    private static final byte[] END = {};
    private static final byte[] LINE_FEED = {'\n'};
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI url;
    private final boolean json;
    private final BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
    private final InputStream input = new Heard();
    private final OutputStream output = new Said();
    private volatile String session = "";
    private volatile boolean closed;
    private long requests;

    PollPipe(URI url, boolean json) {
        this.url = url;
        this.json = json;
    }

    InputStream input() {
        return input;
    }

    OutputStream output() {
        return output;
    }

    private HttpResponse<byte[]> ask(byte[] body, String... headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(PATIENCE)
                .header("Content-Type", json ? "application/x-ndjson" : "application/x-protobuf")
                .POST(BodyPublishers.ofByteArray(body));
        if (!session.isEmpty()) {
            request.header("Im-Session", session);
        }
        try {
            return http.send(request.headers(headers).build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static long number(HttpResponse<byte[]> answer, String header) {
        return answer.headers().firstValueAsLong(header).orElse(0);
    }

    private void begin(byte[] hello) throws IOException {
        HttpResponse<byte[]> answer = ask(hello, "Im-Request", "1");
        session = answer.headers().firstValue("Im-Session").orElse("");
        hear(answer.body());
        if (session.isEmpty()) {
            heard.add(END);
            return;
        }
        Thread thread = new Thread(() -> poll(number(answer, "Im-Answer")), "poll-pipe");
        thread.setDaemon(true);
        thread.start();
    }

    private void poll(long answered) {
        long known = answered;
        try {
            while (!closed) {
                HttpResponse<byte[]> answer = ask(new byte[0], "Im-Answer", Long.toString(known));
                if (answer.statusCode() >= 300) {
                    break;
                }
                if (number(answer, "Im-Answer") > known) {
                    known = number(answer, "Im-Answer");
                    hear(answer.body());
                }
            }
        } catch (IOException e) {
            // The end, like any other.
        }
        heard.add(END);
    }

    private void hear(byte[] frames) {
        if (frames.length > 0) {
            heard.add(frames);
            if (json) {
                heard.add(LINE_FEED);
            }
        }
    }

    private void say(byte[] frames) throws IOException {
        String number = Long.toString(requests);
        while (!closed) {
            HttpResponse<byte[]> answer = ask(frames, "Im-Request", number, "Im-Wait", "0");
            if (answer.statusCode() >= 300 || number(answer, "Im-Request") >= requests) {
                return;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        closed = true;
        heard.add(END);
    }

    private final class Said extends OutputStream {
        private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();

        @Override
        public void write(int next) {
            waiting.write(next);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            waiting.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            if (waiting.size() == 0) {
                return;
            }
            byte[] frames = waiting.toByteArray();
            waiting.reset();
            if (++requests == 1) {
                begin(frames);
            } else {
                say(frames);
            }
        }
    }

    private final class Heard extends InputStream {
        private byte[] current = {0};
        private int at = 1;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                while (at == current.length && current.length > 0) {
                    current = heard.take();
                    at = 0;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
            if (current.length == 0) {
                return -1;
            }
            int count = Math.min(length, current.length - at);
            System.arraycopy(current, at, into, offset, count);
            at += count;
            return count;
        }
    }
}
