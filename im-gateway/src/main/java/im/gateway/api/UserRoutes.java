package im.gateway.api;

import im.gateway.service.SessionServices;
import im.gateway.session.Sessions;
import im.protocol.v1.Code;
import im.router.PresenceState;
import im.router.Route;
import im.router.Routes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Who is connected, from where, and no more. Any thread. */
final class UserRoutes {
    /** Uids in one question after presence. */
    static final int MOST_PRESENCE = 200;

    private final SessionServices services;
    private final Sessions sessions;
    private final OtherGateways others;

    UserRoutes(SessionServices services, Sessions sessions, OtherGateways others) {
        this.services = services;
        this.sessions = sessions;
        this.others = others;
    }

    CompletionStage<JsonObject> connections(Call call) {
        String uid = call.uid();
        return ApiException.ifTold(services.routes().routesOf(uid)).thenCompose(there -> list(uid, there));
    }

    private CompletionStage<JsonObject> list(String uid, Routes there) {
        CompletionStage<JsonArray> all = CompletableFuture.completedStage(new JsonArray());
        for (long id : there.here()) {
            all = all.thenCombine(
                    ApiException.ifTold(sessions.device(uid, id)),
                    (list, device) -> device.isEmpty()
                            ? list
                            : list.add(connection(services.terms().node(), id).put("device", device.get())));
        }
        return all.thenApply(list -> {
            there.elsewhere().forEach(route -> list.add(connection(others.name(route.node()), route.connection())));
            return new JsonObject().put("uid", uid).put("connections", list);
        });
    }

    private static JsonObject connection(String node, long id) {
        return new JsonObject().put("node", node).put("connection", Long.toHexString(id));
    }

    CompletionStage<JsonObject> closeAll(Call call) {
        String uid = call.uid();
        return ApiException.ifTold(services.routes().routesOf(uid)).thenApply(there -> {
            for (long id : there.here()) {
                sessions.remove(uid, id);
            }
            there.elsewhere().forEach(route -> services.bus().removed(uid, route));
            return closing(uid, there.size());
        });
    }

    /** The connection that the list calls so; NOT_FOUND when the uid has none of that name. */
    CompletionStage<JsonObject> closeOne(Call call) {
        String uid = call.uid();
        String node = call.path("node");
        String connection = call.path("connection");
        return ApiException.ifTold(services.routes().routesOf(uid)).thenApply(there -> {
            boolean found = false;
            for (long id : there.here()) {
                if (node.equals(services.terms().node()) && connection.equals(Long.toHexString(id))) {
                    sessions.remove(uid, id);
                    found = true;
                }
            }
            for (Route route : there.elsewhere()) {
                if (node.equals(others.name(route.node())) && connection.equals(Long.toHexString(route.connection()))) {
                    services.bus().removed(uid, route);
                    found = true;
                }
            }
            if (!found) {
                throw new ApiException(Code.NOT_FOUND, "the uid has no such connection");
            }
            return closing(uid, 1);
        });
    }

    private static JsonObject closing(String uid, int closing) {
        return new JsonObject().put("uid", uid).put("closing", closing);
    }

    CompletionStage<JsonObject> presence(Call call) {
        List<String> uids = call.body(Set.of("uids")).uids("uids", MOST_PRESENCE);
        return ApiException.ifTold(services.presence().presence().read(uids))
                .thenCombine(ApiException.ifTold(services.routes().routesOf(uids)), (states, routes) -> {
                    JsonArray all = new JsonArray();
                    uids.forEach(uid -> all.add(presence(uid, states, routes)));
                    return new JsonObject().put("presence", all);
                });
    }

    private static JsonObject presence(String uid, Map<String, PresenceState> states, Map<String, Routes> routes) {
        PresenceState state = states.getOrDefault(uid, PresenceState.of(false, 0, 0, 0));
        int connections = routes.getOrDefault(uid, Routes.NONE).size();
        boolean online = state.isOnline() || connections > 0;
        return new JsonObject()
                .put("uid", uid)
                .put("online", online)
                .put("connections", connections)
                .put("last_seen_ms", online ? 0 : state.lastSeenMs());
    }
}
