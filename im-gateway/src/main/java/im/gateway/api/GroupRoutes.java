package im.gateway.api;

import im.gateway.ingress.SendCheck;
import im.gateway.service.SessionServices;
import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.protocol.Limits;
import im.protocol.MessageId;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import im.protocol.v1.Send;
import im.relay.AppendOutcome;
import im.relay.GroupStore;
import im.relay.GroupStore.Standing;
import im.relay.ReadResult;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Groups: what they are, who is in them, and changes of that, which the server may make without being a member. Any thread. */
final class GroupRoutes {
    private static final int USUAL_MEMBERS = 100;
    private static final Set<String> CREATION =
            Set.of("message_id", "group", "owner", "uids", "title", "posting", "joining");
    private static final Set<String> CHANGE =
            Set.of("message_id", "kind", "from", "uids", "role", "title", "posting", "joining");
    private static final List<Kind> KINDS =
            List.of(Kind.ADDED, Kind.REMOVED, Kind.ROLE_CHANGED, Kind.SETTINGS_CHANGED, Kind.DISSOLVED);

    private final @Nullable GroupStore groups;
    private final ServerMessages messages;
    private final String systemUid;

    GroupRoutes(SessionServices services, ServerMessages messages, String systemUid) {
        this.groups = services.groups();
        this.messages = messages;
        this.systemUid = systemUid;
    }

    private GroupStore groups() {
        GroupStore there = groups;
        if (there == null) {
            throw new ApiException(Code.UNSUPPORTED, "this server has no groups");
        }
        return there;
    }

    private static <T> CompletionStage<T> read(Consumer<Consumer<ReadResult<T>>> call) {
        CompletableFuture<T> read = new CompletableFuture<>();
        call.accept(result -> {
            if (result instanceof ReadResult.Ok<T> ok) {
                read.complete(ok.value());
            } else {
                read.completeExceptionally(new ApiException(Code.UNAVAILABLE, "the store does not answer"));
            }
        });
        return read;
    }

    CompletionStage<JsonObject> find(Call call) {
        String group = call.group();
        GroupStore from = groups();
        return GroupRoutes.<Standing>read(done -> from.standing(group, systemUid, call.lane(), done))
                .thenApply(standing -> {
                    requireThere(standing);
                    return new JsonObject()
                            .put("group", group)
                            .put("title", standing.title())
                            .put("posting", word(standing.posting()))
                            .put("joining", word(standing.joining()))
                            .put("members", standing.members());
                });
    }

    private static void requireThere(Standing standing) {
        if (!standing.exists()) {
            throw new ApiException(Code.NOT_FOUND, "there is no such group");
        }
    }

    CompletionStage<JsonObject> members(Call call) {
        String group = call.group();
        String after = call.query("after");
        if (!after.isEmpty() && !Ids.isValid(after)) {
            throw ApiException.malformed("after is not a uid");
        }
        int limit = call.number("limit", USUAL_MEMBERS, 1, GroupStore.MAX_MEMBERS);
        GroupStore from = groups();
        return GroupRoutes.<Standing>read(done -> from.standing(group, systemUid, call.lane(), done))
                .thenCompose(standing -> {
                    requireThere(standing);
                    return GroupRoutes.<GroupStore.Members>read(
                            done -> from.members(group, after, limit, call.lane(), done));
                })
                .thenApply(page -> {
                    JsonArray all = new JsonArray();
                    page.members()
                            .forEach(member -> all.add(
                                    new JsonObject().put("uid", member.uid()).put("role", word(member.role()))));
                    return new JsonObject().put("members", all).put("more", page.more());
                });
    }

    /** Those of this key that the uid is in. */
    CompletionStage<JsonObject> ofUser(Call call) {
        String uid = call.uid();
        GroupStore from = groups();
        return GroupRoutes.<List<Standing>>read(done -> from.groupsOf(uid, call.lane(), done))
                .thenApply(standings -> {
                    JsonArray all = new JsonArray();
                    standings.stream()
                            .filter(standing -> standing.exists()
                                    && standing.isMember()
                                    && call.key().mayUse(standing.group()))
                            .forEach(standing -> all.add(new JsonObject()
                                    .put("group", standing.group())
                                    .put("title", standing.title())
                                    .put("role", word(standing.role()))));
                    return new JsonObject().put("uid", uid).put("groups", all);
                });
    }

    CompletionStage<JsonObject> create(Call call) {
        Fields fields = call.body(CREATION);
        String group = fields.text("group");
        if (group == null || !Ids.isValid(group)) {
            throw ApiException.malformed("group in the body is not the id of a group");
        }
        MembershipChange.Builder change = settings(fields).setKind(Kind.CREATED);
        String owner = fields.uid("owner");
        return change(call, call.owned(group), owner, true, fields, change);
    }

    /** In the name of {@code from}, who then must be allowed to; without it the server's word is enough. */
    CompletionStage<JsonObject> change(Call call) {
        String group = call.group();
        Fields fields = call.body(CHANGE);
        MembershipChange.Builder change = settings(fields)
                .setKind(choice(fields, "kind", KINDS, Kind.KIND_UNSPECIFIED))
                .setRole(choice(fields, "role", List.of(Role.MEMBER, Role.ADMIN, Role.OWNER), Role.ROLE_UNSPECIFIED));
        if (change.getKind() == Kind.KIND_UNSPECIFIED) {
            throw ApiException.malformed("kind in the body is expected, one of " + words(KINDS));
        }
        String from = fields.has("from") ? fields.uid("from") : systemUid;
        return change(call, group, from, from.equals(systemUid), fields, change);
    }

    private static MembershipChange.Builder settings(Fields fields) {
        String title = fields.text("title");
        MembershipChange.Builder change = MembershipChange.newBuilder()
                .setTitle(title == null ? "" : title)
                .setPosting(
                        choice(fields, "posting", List.of(Posting.ALL, Posting.ADMINS), Posting.POSTING_UNSPECIFIED))
                .setJoining(
                        choice(fields, "joining", List.of(Joining.INVITED, Joining.OPEN), Joining.JOINING_UNSPECIFIED));
        return fields.has("uids") ? change.addAllUids(fields.uids("uids", Limits.MEMBERSHIP_UIDS)) : change;
    }

    private CompletionStage<JsonObject> change(
            Call call, String group, String sender, boolean byServer, Fields fields, MembershipChange.Builder change) {
        groups();
        String text = fields.text("message_id");
        MessageId id = text == null ? null : MessageId.parse(text);
        if (id == null || text == null) {
            throw ApiException.malformed("message_id is not a canonical lower-case UUID");
        }
        Send send = Send.newBuilder()
                .setMessageId(text)
                .setConversation(Conversation.newBuilder().setGroup(group))
                .setMembership(change)
                .build();
        SendCheck.Refusal refusal = ServerMessages.check(send);
        if (refusal != null) {
            throw new ApiException(refusal.code(), refusal.text());
        }
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        messages.append(
                List.of(messages.request(sender, ConversationKey.group(group), id, send, byServer)),
                call.lane(),
                outcomes -> settle(answer, group, text, outcomes.get(0)));
        return answer;
    }

    private static void settle(CompletableFuture<JsonObject> answer, String group, String id, AppendOutcome outcome) {
        if (outcome instanceof AppendOutcome.Accepted accepted) {
            answer.complete(new JsonObject()
                    .put("group", group)
                    .put("message_id", id)
                    .put("accepted_ms", accepted.acceptedMs()));
        } else if (outcome instanceof AppendOutcome.Refused refused) {
            answer.completeExceptionally(new ApiException(refused.code(), refused.text()));
        } else {
            answer.completeExceptionally(
                    new ApiException(Code.UNKNOWN_OUTCOME, "nobody knows; ask again with the same message_id"));
        }
    }

    private static <E extends Enum<E>> E choice(Fields fields, String name, List<E> known, E none) {
        String text = fields.text(name);
        if (text == null) {
            return none;
        }
        return known.stream()
                .filter(each -> word(each).equals(text))
                .findFirst()
                .orElseThrow(() -> ApiException.malformed(name + " in the body is none of " + words(known)));
    }

    private static String words(List<? extends Enum<?>> known) {
        return known.stream().map(GroupRoutes::word).collect(Collectors.joining(", "));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
