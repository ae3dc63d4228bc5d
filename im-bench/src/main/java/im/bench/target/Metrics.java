package im.bench.target;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The samples of {@code /metrics} of several processes, added up by name and labels; differences of two readings mean
 * something for counters and histograms.
 */
public record Metrics(Map<String, Double> samples) {

    public static Metrics read(Collection<URI> admins) {
        Map<String, Double> samples = new HashMap<>();
        for (URI admin : admins) {
            try (InputStream in = admin.resolve("/metrics").toURL().openStream()) {
                new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .forEach(line -> add(line, samples));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Metrics(samples);
    }

    private static void add(String line, Map<String, Double> samples) {
        int blank = line.lastIndexOf(' ');
        if (blank > 0) {
            samples.merge(line.substring(0, blank), Double.parseDouble(line.substring(blank + 1)), Double::sum);
        }
    }

    public Metrics since(Metrics before) {
        Map<String, Double> grown = new HashMap<>();
        samples.forEach((name, value) -> grown.put(name, value - before.samples.getOrDefault(name, 0.0)));
        return new Metrics(grown);
    }

    public Metrics plus(Metrics other) {
        Map<String, Double> both = new HashMap<>(samples);
        other.samples.forEach((name, value) -> both.merge(name, value, Double::sum));
        return new Metrics(both);
    }

    /** The sum of all samples of that name that have this label, such as {@code step="index"}, or "" for any. */
    public double sum(String name, String label) {
        return samples.entrySet().stream()
                .filter(sample -> is(sample.getKey(), name, label))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    private static boolean is(String key, String name, String label) {
        return (key.equals(name) || key.startsWith(name + "{")) && key.contains(label);
    }

    /**
     * The time below which a share of what a timer recorded lies, in seconds, read from its buckets and so as exact as
     * they are: the bucket's upper bound. NaN where nothing was recorded or the timer has no buckets.
     */
    public double quantile(String timer, String label, double share) {
        TreeMap<Double, Double> below = new TreeMap<>();
        samples.forEach((key, value) -> {
            int le = key.indexOf("le=\"");
            if (is(key, timer + "_bucket", label) && le > 0) {
                String bound = key.substring(le + 4, key.indexOf('"', le + 4));
                below.merge(
                        bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
                        value,
                        Double::sum);
            }
        });
        double all = below.isEmpty() ? 0 : below.lastEntry().getValue();
        return below.entrySet().stream()
                .filter(bucket -> all > 0 && bucket.getValue() >= share * all)
                .mapToDouble(Map.Entry::getKey)
                .findFirst()
                .orElse(Double.NaN);
    }
}
