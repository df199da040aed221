"""Tables of courses, of the packages that they show, and of training sessions."""

from courses.models.course import (
    Asset,
    CatalogueVersion,
    Course,
    CourseEdition,
    EditionState,
    Format,
    Lesson,
    LessonKind,
    Level,
    Module,
    Skill,
    Track,
    course_host,
    edition_skill,
    prerequisite,
)
from courses.models.package import Package, PackageFile, Standard
from courses.models.session import Audience, Giving, Meeting, TrainingSession, session_organisation

__all__ = [
    "Asset", "Audience", "CatalogueVersion", "Course", "CourseEdition", "EditionState", "Format", "Giving", "Lesson",
    "LessonKind", "Level", "Meeting", "Module", "Package", "PackageFile", "Skill", "Standard", "Track",
    "TrainingSession", "course_host", "edition_skill", "prerequisite", "session_organisation",
]  # fmt: skip
