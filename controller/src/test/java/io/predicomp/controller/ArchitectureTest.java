package io.predicomp.controller;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.LocationProvider;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Linker;
import java.util.Set;

/** Holds that decisions know nothing of how they are carried out. */
@AnalyzeClasses(locations = ArchitectureTest.ControllerModule.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule THE_CORE_IS_PURE =
      noClasses()
          .that()
          .resideInAPackage("io.predicomp.controller.core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.predicomp.controller.run..",
              "io.predicomp.controller.wire..",
              "io.predicomp.controller.matrix..",
              "java.io..",
              "java.nio..",
              "java.net..",
              "java.util.concurrent..",
              "com.fasterxml..");

  @ArchTest
  static final ArchRule THE_PROTOCOL_KNOWS_NOBODY =
      noClasses()
          .that()
          .resideInAPackage("io.predicomp.controller.wire..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.predicomp.controller.run..",
              "io.predicomp.controller.core..",
              "io.predicomp.controller.matrix..");

  @ArchTest
  static final ArchRule NATIVE_CALLS_GO_THROUGH_THE_BINDINGS =
      noClasses().should().dependOnClassesThat(belongToAnyOf(Linker.class));

  /** The module as it was compiled, without the tests that patch it. */
  static final class ControllerModule implements LocationProvider {
    @Override
    public Set<Location> get(Class<?> testClass) {
      return ModuleLayer.boot()
          .configuration()
          .findModule(testClass.getModule().getName())
          .flatMap(module -> module.reference().location())
          .map(uri -> Set.of(Location.of(uri)))
          .orElseThrow(() -> new AssertionError("the tests must run on the module path"));
    }
  }
}
