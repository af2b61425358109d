package io.predicomp.os;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.LocationProvider;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Linker;
import java.util.Set;

/** Holds the one place where native functions are linked. */
@AnalyzeClasses(locations = ArchitectureTest.BindingsModule.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule ONLY_LIBC_USES_THE_LINKER =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.predicomp.os.libc..")
          .should()
          .dependOnClassesThat(belongToAnyOf(Linker.class))
          .because("Downcalls is the one place where a call and its errno meet")
          .allowEmptyShould(true);

  /** The module as it was compiled, without the tests that patch it. */
  static final class BindingsModule implements LocationProvider {
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
