"""A person's own data: take all of it along, or be rid of all of it."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lodose.server.access import own_person
from lodose.server.accounts.devices import forget_device
from lodose.server.accounts.guards import signed_in_anew
from lodose.server.records.deletion import delete_everything
from lodose.server.records.everything import (
    archive_name,
    blinded_trial_runs,
    everything_of,
    has_sealed_trial,
)

# Typed by hand before everything is deleted; translated with the page that asks for it.
WORD = gettext_lazy("delete")


class DeleteForm(forms.Form):
    """A word typed by hand, so that nobody deletes everything by a slip of the thumb."""

    word = forms.CharField(
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["word"].label = _("Type “%(word)s” to delete everything") % {"word": WORD}

    def clean_word(self) -> str:
        """Take the word of this language, or the English one."""
        word = str(self.cleaned_data["word"]).strip().casefold()
        if word not in {str(WORD).casefold(), "delete"}:
            raise forms.ValidationError(
                _("That is not the word “%(word)s”. Nothing was deleted.") % {"word": WORD}
            )
        return word


@login_required
def download(request: HttpRequest) -> HttpResponse:
    """Say what the archive holds; give it when asked."""
    person = own_person(request.user)
    if request.method != "POST":
        context = {"place": "more", "sealed": has_sealed_trial(person)}
        return render(request, "web/account_download.html", context)
    response = HttpResponse(everything_of(person), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{archive_name(person)}"'
    return response


@login_required
@signed_in_anew
def delete(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays; delete when the owner has signed in anew and typed a word."""
    person = own_person(request.user)
    form = DeleteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        delete_everything(person)
        request.session.flush()
        response = redirect("web:farewell")
        forget_device(response)
        # What this browser kept for the days without network goes too.
        response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response
    context = {
        "place": "more",
        "form": form,
        "sealed": blinded_trial_runs(person),
        "shared": person.grants.filter(withdrawn_at=None).exists(),
    }
    return render(request, "web/account_delete.html", context, status=422 if form.errors else 200)


def farewell(request: HttpRequest) -> HttpResponse:
    """Say that it is done."""
    return render(request, "web/farewell.html", {"place": "front"})


routes: list[URLPattern] = [
    path("account/download/", download, name="download"),
    path("account/delete/", delete, name="delete"),
    path("farewell/", farewell, name="farewell"),
]
