package im.gateway.dispatch;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeRegistry;
import im.router.Nodes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a lease: {@code {"registry":"answers", "nodes":[{"role","name","slot","incarnation","draining","endpoints",
 * "load":{"connections","cpu","memory","troubles"}}, …]}}, by role and name. While the registry does not answer, {@code
 * registry} tells why, and the nodes are those last heard of.
 */
public final class NodesPage {
    private static final String ANSWERS = "answers";

    private record Line(NodeId id, NodeInfo info) {}

    private NodesPage() {}

    public static JsonObject of(NodeRegistry registry) {
        Nodes nodes = registry.nodes();
        String failure = registry.failure();
        List<Line> lines = new ArrayList<>();
        nodes.live().forEach((packed, info) -> lines.add(new Line(NodeId.unpack(packed), info)));
        lines.sort(Comparator.comparing((Line line) -> line.info().role())
                .thenComparing(line -> line.info().name()));
        JsonArray array = new JsonArray();
        lines.forEach(line -> array.add(node(line)));
        return new JsonObject()
                .put("registry", failure == null ? ANSWERS : failure)
                .put("nodes", array);
    }

    private static JsonObject node(Line line) {
        NodeInfo info = line.info();
        JsonObject endpoints = new JsonObject();
        new TreeMap<>(info.endpoints()).forEach(endpoints::put);
        return new JsonObject()
                .put("role", info.role().name().toLowerCase(Locale.ROOT))
                .put("name", info.name())
                .put("slot", line.id().slot())
                .put("incarnation", line.id().incarnation())
                .put("draining", info.draining())
                .put("endpoints", endpoints)
                .put(
                        "load",
                        new JsonObject()
                                .put("connections", info.load().connections())
                                .put("cpu", info.load().cpu())
                                .put("memory", info.load().memory())
                                .put("troubles", new JsonArray(info.load().troubles())));
    }

    /** The page as a table for people; a first line tells when the registry does not answer. */
    public static List<String> table(JsonObject page) {
        List<String> lines = new ArrayList<>();
        String registry = page.getString("registry", ANSWERS);
        if (!registry.equals(ANSWERS)) {
            lines.add("the registry does not answer (" + registry + "); nodes last heard of:");
        }
        lines.add(row("ROLE", "NAME", "SLOT", "INCARNATION", "STATE", "CONNECTIONS", "CPU", "MEMORY", "ENDPOINTS"));
        for (Object each : page.getJsonArray("nodes", new JsonArray())) {
            if (each instanceof JsonObject node) {
                lines.add(row(node, node.getJsonObject("load", new JsonObject())));
            }
        }
        return lines;
    }

    private static String row(JsonObject node, JsonObject load) {
        return row(
                node.getString("role"),
                node.getString("name"),
                node.getInteger("slot"),
                node.getLong("incarnation"),
                state(node, load),
                load.getInteger("connections"),
                percent(load.getDouble("cpu")),
                percent(load.getDouble("memory")),
                endpoints(node.getJsonObject("endpoints", new JsonObject()).getMap()));
    }

    private static String state(JsonObject node, JsonObject load) {
        JsonArray troubles = load.getJsonArray("troubles", new JsonArray());
        String state = Boolean.TRUE.equals(node.getBoolean("draining")) ? "draining" : "serving";
        return troubles.isEmpty() ? state : state + "!";
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "" : Math.round(share * 100) + "%";
    }

    private static String endpoints(Map<String, Object> endpoints) {
        return String.join(" ", endpoints.values().stream().map(String::valueOf).toList());
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%-8s %-20s %5s %14s %-10s %11s %5s %6s  %s", cells)
                .stripTrailing();
    }
}
