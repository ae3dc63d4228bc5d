package im.gateway.api;

import im.gateway.ingress.SendCheck;
import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.protocol.MessageId;
import im.protocol.v1.Code;
import im.protocol.v1.Send;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one request: each gets its own outcome, and those of one sender into one conversation keep their order,
 * so that what comes behind one that was not accepted is not sent. On the API's thread.
 */
final class SendBatch {
    static final int MOST = 100;

    private static final int APPEND = 64;
    private static final int RETRY_MILLIS = 200;
    private static final String BEHIND = "an earlier message was not accepted";
    private static final Set<String> FIELDS =
            Set.of("message_id", "from", "to", "group", "content_type", "text", "data", "transient");

    private final ServerMessages messages;
    private final String systemUid;
    private final Call call;
    private final boolean hasGroups;
    private final Executor lane;
    private final JsonObject[] results;
    private final String[] ids;
    private final Consumer<JsonArray> done;
    private int open;
    private boolean told;

    private record Item(int index, AppendRequest request) {}

    /** @param done told once, with a result for each message in their order */
    SendBatch(
            ServerMessages messages,
            String systemUid,
            boolean hasGroups,
            Call call,
            int size,
            Consumer<JsonArray> done) {
        this.messages = messages;
        this.systemUid = systemUid;
        this.hasGroups = hasGroups;
        this.call = call;
        this.lane = call.lane();
        this.results = new JsonObject[size];
        this.ids = new String[size];
        this.done = done;
        this.open = size;
    }

    void send(JsonArray list) {
        Map<String, List<Item>> bySender = new LinkedHashMap<>();
        Map<Integer, ServerMessages.Told> told = new LinkedHashMap<>();
        Set<String> blocked = new HashSet<>();
        for (int i = 0; i < results.length; i++) {
            ids[i] = "";
            String order = order(list.getValue(i));
            try {
                read(i, list.getValue(i), bySender, told, blocked);
            } catch (ApiException e) {
                settle(i, e.code(), 0, 0, String.valueOf(e.getMessage()));
                if (order != null) {
                    blocked.add(order);
                }
            }
        }
        bySender.values().forEach(items -> append(items, 0));
        if (!told.isEmpty()) {
            push(told);
        }
    }

    /**
     * Of one sender into one conversation, as far as a message tells whatever else is wrong with it; null where it does
     * not, or where it has no order.
     */
    private @Nullable String order(Object value) {
        if (!(value instanceof JsonObject message) || Boolean.TRUE.equals(message.getValue("transient"))) {
            return null;
        }
        Object named = message.getValue("from");
        Object from = named == null ? systemUid : named;
        Object to = message.getValue("to");
        Object group = message.getValue("group");
        if ((to == null) == (group == null) || !isUid(from) || !isUid(to == null ? group : to)) {
            return null;
        }
        return order(
                String.valueOf(from),
                to == null
                        ? ConversationKey.group(String.valueOf(group))
                        : ConversationKey.direct(String.valueOf(from), String.valueOf(to)));
    }

    private static boolean isUid(@Nullable Object value) {
        return value instanceof String text && Ids.isValid(text);
    }

    private static String order(String from, ConversationKey conversation) {
        return from + "|" + conversation.text();
    }

    private void read(
            int index,
            Object value,
            Map<String, List<Item>> bySender,
            Map<Integer, ServerMessages.Told> told,
            Set<String> blocked) {
        if (!(value instanceof JsonObject object)) {
            throw ApiException.malformed("a message is not an object");
        }
        Fields fields = new Fields(object, "the message", FIELDS);
        String text = fields.text("message_id");
        MessageId id = text == null ? null : MessageId.parse(text);
        if (id == null || text == null) {
            throw ApiException.malformed("message_id is not a canonical lower-case UUID");
        }
        ids[index] = text;
        String from = fields.has("from") ? fields.uid("from") : systemUid;
        boolean bySystem = from.equals(systemUid);
        ConversationKey conversation = conversation(fields, from);
        Send.Builder builder = Send.newBuilder().setMessageId(text).setTransient(fields.flag("transient"));
        fields.content(builder);
        Send send = builder.build();
        SendCheck.Refusal refusal = ServerMessages.check(send);
        if (refusal != null) {
            throw new ApiException(refusal.code(), refusal.text());
        } else if (send.getTransient() && conversation.isGroup()) {
            throw new ApiException(Code.UNSUPPORTED, "nothing transient goes into a group");
        } else if (send.getTransient()) {
            told.put(index, new ServerMessages.Told(from, fields.uid("to"), send));
        } else if (blocked.contains(order(from, conversation))) {
            throw new ApiException(Code.OUT_OF_ORDER, BEHIND);
        } else {
            AppendRequest request = messages.request(from, conversation, id, send, bySystem && conversation.isGroup());
            bySender.computeIfAbsent(order(from, conversation), key -> new ArrayList<>())
                    .add(new Item(index, request));
        }
    }

    private void push(Map<Integer, ServerMessages.Told> told) {
        messages.tell(List.copyOf(told.values()), false)
                .whenComplete((toldMs, failure) ->
                        lane.execute(() -> told.keySet().forEach(index -> {
                            if (failure == null) {
                                settle(index, Code.OK, toldMs, 0, "");
                            } else {
                                settle(index, Code.UNAVAILABLE, 0, RETRY_MILLIS, "nobody can tell who is there");
                            }
                        })));
    }

    private ConversationKey conversation(Fields fields, String from) {
        if (fields.has("to") == fields.has("group")) {
            throw ApiException.malformed("one of to and group is expected");
        }
        if (fields.has("to")) {
            return ConversationKey.direct(from, fields.uid("to"));
        }
        String group = fields.uid("group");
        if (!hasGroups) {
            throw new ApiException(Code.UNSUPPORTED, "this server has no groups");
        }
        return ConversationKey.group(call.owned(group));
    }

    private void append(List<Item> items, int from) {
        List<Item> now = items.subList(from, Math.min(items.size(), from + APPEND));
        if (now.isEmpty()) {
            return;
        }
        messages.append(now.stream().map(Item::request).toList(), lane, outcomes -> {
            boolean all = true;
            for (int i = 0; i < now.size(); i++) {
                settle(now.get(i).index, outcomes.get(i));
                all &= outcomes.get(i) instanceof AppendOutcome.Accepted;
            }
            if (all) {
                append(items, from + now.size());
            } else {
                items.subList(from + now.size(), items.size())
                        .forEach(item -> settle(item.index, Code.OUT_OF_ORDER, 0, 0, BEHIND));
            }
        });
    }

    private void settle(int index, AppendOutcome outcome) {
        Code code = ServerMessages.code(outcome);
        if (outcome instanceof AppendOutcome.Accepted accepted) {
            settle(index, code, accepted.acceptedMs(), 0, "");
        } else if (outcome instanceof AppendOutcome.Refused refused) {
            settle(index, code, 0, refused.retryAfterMs(), refused.text());
        } else {
            settle(index, code, 0, RETRY_MILLIS, "nobody knows; send it again with the same id");
        }
    }

    private void settle(int index, Code code, long acceptedMs, int retryAfterMs, String text) {
        if (results[index] != null || told) {
            return;
        }
        results[index] = new JsonObject()
                .put("message_id", ids[index])
                .put("code", code.name())
                .put("accepted_ms", acceptedMs)
                .put("retry_after_ms", retryAfterMs)
                .put("text", text);
        open--;
        if (open == 0) {
            tell();
        }
    }

    /** No more time: what is not settled is not known. */
    void expire() {
        for (int i = 0; i < results.length && !told; i++) {
            settle(i, Code.UNKNOWN_OUTCOME, 0, RETRY_MILLIS, "no answer in time; send it again with the same id");
        }
    }

    private void tell() {
        told = true;
        JsonArray all = new JsonArray();
        for (JsonObject result : results) {
            all.add(result);
        }
        done.accept(all);
    }
}
