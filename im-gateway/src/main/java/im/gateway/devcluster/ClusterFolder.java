package im.gateway.devcluster;

import im.servers.ChildProcess;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder of a cluster: {@code cluster.json} says what it consists of and which processes were started,
 * {@code endpoints.json} and {@code dev.key} are where clients' commands look for them, {@code logs} has a file for each
 * process, and each process has a folder of its own.
 */
record ClusterFolder(Path path) {
    private static final int SCHEMA = 1;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What {@code cluster.json} holds. */
    record Saved(int schema, ClusterPlan plan, SortedMap<String, ChildProcess> processes) {}

    ClusterFolder {
        path = path.toAbsolutePath().normalize();
    }

    Path of(String process) {
        return path.resolve(process);
    }

    Path logs() {
        return path.resolve("logs");
    }

    Path key() {
        return path.resolve("dev.key");
    }

    /** Keeps other commands on this folder waiting until it is closed. */
    FileChannel lock() throws IOException {
        Files.createDirectories(path);
        FileChannel channel =
                FileChannel.open(path.resolve("cluster.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            var unused = channel.lock();
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Empty when there was never a cluster here. */
    Optional<Saved> read() throws IOException, ClusterFailure {
        Path file = path.resolve("cluster.json");
        try {
            Saved saved = JSON.readValue(Files.readString(file), Saved.class);
            if (saved.schema != SCHEMA) {
                throw new ClusterFailure(file + " is of another version: schema " + saved.schema);
            }
            return Optional.of(saved);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JacksonException e) {
            throw new ClusterFailure(file + " cannot be understood: " + e.getOriginalMessage(), e);
        }
    }

    void write(ClusterPlan plan, Map<String, ChildProcess> processes) throws IOException {
        put("cluster.json", new Saved(SCHEMA, plan, new TreeMap<>(processes)));
    }

    /** What a standalone server leaves in its data folder, for commands that look there. */
    void writeEndpoints(ClusterPlan plan) throws IOException {
        Map<String, Object> endpoints = new TreeMap<>();
        endpoints.put("schema", SCHEMA);
        endpoints.put("http", plan.url().replaceFirst("^ws(.*)/v1/ws$", "http$1"));
        endpoints.put("ws", plan.url());
        endpoints.put("tcp", plan.tcpUrl());
        endpoints.put("router", plan.router());
        put("endpoints.json", endpoints);
    }

    /** In one step: a reader sees the old one or the new one. */
    private void put(String name, Object value) throws IOException {
        Path half = path.resolve(name + ".new");
        Files.writeString(half, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n");
        Files.move(half, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
