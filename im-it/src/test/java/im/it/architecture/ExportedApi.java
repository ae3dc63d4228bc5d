package im.it.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.HashSet;
import java.util.Set;

/** Finds types of given packages in what a class shows to its users: signatures, fields, what it extends. */
final class ExportedApi extends ArchCondition<JavaClass> {
    private final DescribedPredicate<JavaClass> hidden;

    ExportedApi(String... hiddenPackages) {
        super("show no type of " + String.join(", ", hiddenPackages));
        this.hidden = JavaClass.Predicates.resideInAnyPackage(hiddenPackages);
    }

    /** Public, and so is everything around it. */
    static boolean isExported(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ExportedApi::isExported).orElse(true);
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        Set<JavaClass> ofType = new HashSet<>();
        type.getSuperclass().ifPresent(above -> ofType.addAll(above.getAllInvolvedRawTypes()));
        type.getInterfaces().forEach(above -> ofType.addAll(above.getAllInvolvedRawTypes()));
        type.getTypeParameters().forEach(parameter -> ofType.addAll(parameter.getAllInvolvedRawTypes()));
        report(type.getFullName(), ofType, events);
        for (JavaMember member : type.getMembers()) {
            if (isVisible(member)) {
                report(member.getFullName(), shownBy(member), events);
            }
        }
    }

    private static boolean isVisible(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static Set<JavaClass> shownBy(JavaMember member) {
        Set<JavaClass> shown = new HashSet<>(member.getAllInvolvedRawTypes());
        if (member instanceof JavaCodeUnit code) {
            shown.addAll(code.getExceptionTypes());
            for (JavaType parameter : code.getTypeParameters()) {
                shown.addAll(parameter.getAllInvolvedRawTypes());
            }
        }
        return shown;
    }

    private void report(String where, Set<JavaClass> shown, ConditionEvents events) {
        shown.stream()
                .filter(hidden)
                .forEach(type ->
                        events.add(SimpleConditionEvent.violated(type, where + " shows " + type.getFullName())));
    }
}
