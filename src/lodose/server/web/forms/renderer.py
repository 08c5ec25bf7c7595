"""Forms are drawn by the templates of this application."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Find form templates among the application's own first."""
