package im.testkit.server;

import static im.testkit.Patience.PATIENCE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/**
 * The pages of a server's admin port, over one connection that stays, so that they can also be read when the server can
 * open no other. Any thread.
 */
public final class AdminPages {

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final URI admin;

    AdminPages(URI admin) {
        this.admin = admin;
    }

    /** A page and the status it came with. */
    public record Page(int status, String text) {}

    public Page get(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(admin.resolve(path))
                    .timeout(PATIENCE)
                    .build();
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            return new Page(answer.statusCode(), answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    public Page ready() {
        return get("/readyz");
    }

    /**
     * The sum of all samples of that name that have all these labels; 0 when there is none.
     *
     * @param labels as they are written there, such as {@code reason="slow"}
     */
    public double metric(String name, String... labels) {
        return metrics(name, labels).stream().mapToDouble(sample -> sample).sum();
    }

    /** Each of those samples. */
    public List<Double> metrics(String name, String... labels) {
        return get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .filter(line -> List.of(labels).stream().allMatch(line::contains))
                .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
                .toList();
    }
}
