package im.it;

import static im.it.ChatWindow.eventually;
import static im.it.ChatWindow.row;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Groups and presence on the chat page, in a browser. */
@Tag("once")
class ChatGroupsIT {
    @RegisterExtension
    static final ChatStage STAGE =
            new ChatStage(spec -> spec.set("session.heartbeat", "10s").set("presence.grace", "1s"));

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final String group = TestServer.uid("lake");
    private final String inList = "g/" + group;
    private ChatWindow anns;
    private ChatWindow bobs;

    @BeforeEach
    void bothSignIn() {
        anns = STAGE.signedIn(ann);
        bobs = STAGE.signedIn(bob);
    }

    private void annBegins(boolean open) {
        anns.beginGroup(group, "Lake", bob, open);
        anns.shows("#peer-status", "2 members");
        bobs.listShows(inList, ann + " created the group");
        bobs.openFromList(inList, "Lake");
    }

    @Test
    void whatMembersSayIsSeenByAllUnderTheirNamesAndCountedAsUnread() {
        anns.beginGroup(group, "Lake", bob, false);
        anns.shows(".change", "You created the group");
        anns.say("who brings the boat?", "and the oars?");

        bobs.listShows(inList, ann + ": and the oars?");
        bobs.shows(row(inList) + ".name", "Lake");
        bobs.hasUnread(inList, 3);
        bobs.openFromList(inList, "Lake");
        bobs.shows(".change", ann + " created the group");
        bobs.hasHeard("who brings the boat?", "and the oars?");
        eventually(() -> assertThat(bobs.page.evaluate(
                        "[...document.querySelectorAll('.starts .speaker')]" + ".map(e => e.firstChild.data).join()"))
                .isEqualTo(ann));
        bobs.hasUnread(inList, 0);

        bobs.say("I do");
        anns.hasHeard("I do");
        anns.hasTicks("read", "read");
        anns.page.reload();
        anns.hasHeard("I do");
        anns.shows("#peer", "Lake");
        anns.hasTicks("read", "read");
    }

    @Test
    void whoGoesIsNotWaitedForAndWhoComesIsForWhatFollows() {
        String carol = TestServer.uid("carol");
        ChatWindow carols = STAGE.signedIn(carol);
        annBegins(true);
        carols.joinGroup(group);
        anns.shows("#peer-status", "3 members");
        anns.say("read by both");
        anns.hasTicks("read");

        carols.chatWith(ann);
        anns.say("read by bob");
        bobs.hasHeard("read by both", "read by bob");
        anns.hasTicks("read", "accepted");
        anns.page.reload();
        eventually(() -> assertThat(anns.ticks()).isIn("[read, accepted]", "[read, delivered]"));

        carols.openFromList(inList, "Lake");
        anns.hasTicks("read", "read");
        carols.openMembers();
        carols.page.click("#group-leave");
        anns.shows("#peer-status", "2 members");
        anns.say("after carol");
        anns.hasTicks("read", "read", "read");

        carols.joinGroup(group);
        anns.shows("#peer-status", "3 members");
        anns.page.reload();
        anns.hasTicks("read", "read", "read");
    }

    @Test
    void whoJoinsHearsWhatFollowsAndWhoLeavesWritesNoMore() {
        annBegins(true);
        anns.say("before");
        String carol = TestServer.uid("carol");
        ChatWindow carols = STAGE.signedIn(carol);

        carols.joinGroup(group);
        carols.shows(".change", "You joined");
        carols.shows("#peer", "Lake");
        anns.shows("#peer-status", "3 members");
        anns.say("after");
        carols.hasHeard("after");

        carols.openMembers();
        carols.page.click("#group-leave");
        carols.shows(".change", "You joined", "You left");
        carols.shows("#peer-status");
        eventually(() -> assertThat(carols.page.evaluate("document.querySelector('#text').placeholder"))
                .isEqualTo("You are not a member of this group."));
        assertThat(carols.page.count("#text:disabled")).isOne();
        anns.shows("#peer-status", "2 members");
        anns.shows(".change:last-child", carol + " left");
    }

    @Test
    void whoOwnsAGroupAddsRemovesAndDissolves() {
        annBegins(false);
        String carol = TestServer.uid("carol");
        ChatWindow carols = STAGE.signedIn(carol);

        anns.openMembers();
        anns.shows("#members .name", ann, bob);
        anns.shows("#members .role", "owner");
        anns.page.type("#add-uids", carol);
        anns.page.pressEnter();
        anns.shows("#members .name", ann, bob, carol);
        anns.shows("#members-count", "3 members");
        carols.listShows(inList, ann + " added you");
        carols.openFromList(inList, "Lake");

        anns.page.click("#members [aria-label='Remove " + carol + "']");
        anns.shows("#members .name", ann, bob);
        carols.shows(".change", ann + " added you", ann + " removed you");
        eventually(() -> assertThat(carols.page.count("#text:disabled")).isOne());

        bobs.openMembers();
        assertThat(bobs.page.count("#add-form, #group-dissolve, #members button"))
                .isZero();
        anns.page.click("#group-dissolve");
        anns.shows("#group-dissolve", "Dissolve it for everybody");
        anns.page.click("#group-dissolve");
        anns.shows(".change:last-child", "You dissolved the group");
        bobs.shows(".change:last-child", ann + " dissolved the group");
        eventually(() -> assertThat(bobs.page.count("#text:disabled")).isOne());
    }

    @Test
    void aGroupThatIsThereOrIsNotIsToldSo() {
        annBegins(false);
        bobs.beginGroup(group, "Mine", ann, false);
        eventually(() -> assertThat(bobs.page.texts(".change.failed"))
                .singleElement()
                .asString()
                .startsWith("You created the group: not done, "));

        bobs.joinGroup(group + "-none");
        eventually(() -> assertThat(bobs.page.texts(".change.failed"))
                .singleElement()
                .asString()
                .startsWith("You joined: not done, "));
    }

    @Test
    void whoComesAndGoesIsSeenInTheListAndInTheChat() {
        anns.chatWith(bob);
        anns.shows("#peer-status", "online");
        anns.say("hello");
        eventually(
                () -> assertThat(anns.page.count(row(bob) + ".avatar.online")).isOne());

        bobs.leave();
        eventually(() -> assertThat(anns.page.texts("#peer-status"))
                .singleElement()
                .asString()
                .startsWith("last seen at "));
        anns.hides(row(bob) + ".avatar.online");

        STAGE.signedIn(bob);
        anns.shows("#peer-status", "online");
    }

    @Test
    void onAPhoneTheDialogsFitAndAreLeftByTheKeyboard() {
        anns.page.viewport(360, 740, true);
        anns.page.click("#group-new");
        eventually(() -> assertThat(anns.page.count("#group-dialog[open]")).isOne());
        assertThat(anns.number("Math.round(document.querySelector('#group-dialog').getBoundingClientRect().right)"))
                .isLessThanOrEqualTo(360);
        assertThat(anns.page.evaluate("document.activeElement.closest('dialog')?.id"))
                .isEqualTo("group-dialog");
        anns.page.evaluate("document.querySelector('#group-dialog .close').focus()");
        anns.page.pressEnter();
        anns.hides("#group-dialog");

        anns.beginGroup(group, "A title that is far too long for a phone of " + "x".repeat(20), bob, false);
        anns.openMembers();
        anns.shows("#members .name", ann, bob);
        assertThat(anns.scrollWidth()).isEqualTo(360);
    }
}
